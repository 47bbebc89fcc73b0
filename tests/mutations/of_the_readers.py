"""Faults in readers of what others write, which the fuzzer finds within the runs of a short course."""

from __future__ import annotations

from tests.mutations.fault import Fault

_FUZZ = "fuzz/test_fuzz.py::test_any_input_is_taken_or_refused"


def _by(target: str) -> tuple[str, ...]:
    return (f"{_FUZZ}[{target}]",)


FAULTS: tuple[Fault, ...] = (
    Fault(
        name="a-path-without-a-step-left-is-climbed",
        file="sync/roots.py",
        old="    if not path:\n        raise Malformed\n    half",
        new="    half",
        tests=_by("path"),
    ),
    Fault(
        name="letters-that-are-none-stop-the-reader-of-events",
        file="sync/protocol.py",
        old="_event.decode(head)\n    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):",
        new="_event.decode(head)\n    except (msgspec.DecodeError, RecursionError):",
        tests=_by("event"),
    ),
    Fault(
        name="a-change-of-endless-brackets-is-read",
        file="sync/change.py",
        old="    except (binascii.Error, msgspec.DecodeError, RecursionError, UnicodeDecodeError):",
        new="    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):",
        tests=_by("change"),
    ),
    Fault(
        name="a-ticket-that-is-no-base64-stumbles",
        file="sync/server/edge/tickets.py",
        old="        except (binascii.Error, ValueError):\n            return None\n",
        new="        except KeyError:\n            return None\n",
        tests=_by("ticket"),
    ),
    Fault(
        name="what-does-not-open-stops-the-register",
        file="commune_desk/store/intake/incoming.py",
        old="            return unsealed(box, change, field)\n        except seal.SealBroken:",
        new="            return unsealed(box, change, field)\n        except KeyError:",
        tests=_by("colleagues"),
    ),
    Fault(
        name="what-an-author-sealed-is-taken-for-json",
        file="sync/seal.py",
        old="    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:  # its author",
        new="    except RecursionError as error:  # its author",
        tests=_by("sealed-anew"),
    ),
    Fault(
        name="a-locker-of-odd-keys-ends-the-program",
        file="sync/client/enrol.py",
        old="    except (msgspec.DecodeError, ValueError) as error:\n        raise protocol.Malformed from",
        new="    except KeyError as error:\n        raise protocol.Malformed from",
        tests=_by("locker"),
    ),
    Fault(
        name="an-archive-cut-short-ends-the-program",
        file="commune_desk/store/desk/backup.py",
        old="_NO_ARCHIVE = (zipfile.BadZipFile, KeyError, ",
        new="_NO_ARCHIVE = (",
        tests=_by("backup"),
    ),
    Fault(
        name="a-keyfile-of-odd-letters-ends-the-program",
        file="commune_desk/vault/keyfile.py",
        old="    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):\n        return None",
        new="    except RecursionError:\n        return None",
        tests=_by("keyfile-anew"),
    ),
)
