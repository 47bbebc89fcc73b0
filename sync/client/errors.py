"""What can go wrong between a desk and its province, each as a sentence: what happened, what was kept, what to do.

    LineFault           try again later, nothing to decide: no line, too slow, half a page, a server in trouble
    SyncHalted          sync stops until a person decides: a copied desk, a revoked one, a restored province

None of them drops a change: what no receipt names stays in the journal.
"""

from __future__ import annotations

from typing import ClassVar

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_


class SyncFault(Fault):
    """A fault with one fixed sentence."""

    sentence: str = ""
    retry_after: float = 0.0
    """Seconds that the province asked to wait; 0 when it asked for nothing."""
    said_at: str = ""
    """The province's time, where this is its own proven no; "" where it was not there or did not say."""

    def __init__(self, **params: object) -> None:
        super().__init__(self.sentence, **params)


class LineFault(SyncFault):
    """It may work next time."""


class NoLine(LineFault):
    sentence = N_("This PC has no network line. Everything is kept here and will be sent when the line returns.")


class NameNotFound(LineFault):
    sentence = N_(
        "The province's address was not found on the network. Everything is kept here; "
        "check the line, and the address in Settings, where it can be changed."
    )


class NotAnswering(LineFault):
    sentence = N_(
        "The province's server does not answer at its address. Everything is kept here; "
        "if the province has a new address, enter it in Settings."
    )


class TooSlow(LineFault):
    sentence = N_("The line was too slow and the exchange was broken off. Everything is kept here; it goes on later.")


class HalfPage(LineFault):
    sentence = N_(
        "The line broke in the middle of the exchange. Everything is kept here; what did not get through goes again "
        "by itself."
    )


class TooLarge(LineFault):
    sentence = N_(
        "What came back is larger than the province ever sends, so it was not read. "
        "Nothing was lost; tell the province's IT officer if it happens again."
    )


class WrongCertificate(LineFault):
    sentence = N_(
        "Something else than the province's server answers at its address. Nothing was sent and everything is kept "
        "here; check whether this network asks for a sign-in, and if it does not, tell the province's IT officer "
        "(its certificate is not the province's)."
    )


class CertificateNotGoodThen(WrongCertificate):
    """The hello is the province's: what is wrong is its server's clock or its certificate, or somebody who passes
    that hello on."""

    sentence = N_(
        "The certificate of the server that answers is not good at the time that the province says it is, so nothing "
        "was sent: it has run out, or that server's clock is wrong. Everything is kept here; "
        "tell the province's IT officer."
    )


class CaptivePortal(LineFault):
    sentence = N_(
        "This network answers with a sign-in page instead of the province. Nothing was lost; "
        "sign in to the network in a browser or use another line."
    )


class StrangerThere(LineFault):
    """Before anything has shown whose server it is."""

    sentence = N_(
        "What answers at this address is not the province's server. Nothing was sent to it and everything is kept "
        "here; compare the address with the province's IT officer."
    )


class Gone(LineFault):
    sentence = N_(
        "What was being fetched has been replaced by something newer. Nothing is lost; it begins again by itself."
    )


class ServerTrouble(LineFault):
    sentence = N_(
        "The province's server is in trouble (code {status}). Everything is kept here and goes by itself later; if it "
        "stays so, read this code to the province's IT officer."
    )


class Busy(LineFault):
    sentence = N_("The province's server is busy or being serviced. Everything is kept here.")

    def __init__(self, retry_after: float = 0.0) -> None:
        super().__init__()
        self.retry_after = retry_after


class Unproven(LineFault):
    sentence = N_(
        "What came back does not bear the signature it should, so nothing of it was taken over. "
        "What is saved here is unharmed; tell the province's IT officer if it happens again."
    )


class NotRecognised(LineFault):
    status = 0
    """401 or 403 for this PC, 404 for what it asked."""
    sentence = N_(
        "The province does not recognise this PC. Everything is kept here; ask the province's IT officer "
        "whether this PC is still enrolled."
    )


class AnotherVersion(LineFault):
    sentence = N_(
        "The province's server and this program speak different versions. Everything is kept here; "
        "update the older of the two."
    )


class TakesNoBundles(AnotherVersion):
    sentence = N_(
        "The province's server does not take bundles over the line yet: its program is older than this one. Nothing is "
        "lost: everything stays on the stick; bring it to the province."
    )


class ChangeTooLarge(LineFault):
    sentence = N_(
        "A single change is larger than the province accepts. It is kept here; tell the province's IT officer."
    )


class ChangesMissing(LineFault):
    sentence = N_(
        "The province asks for changes that this register no longer holds, as after it was put back to an old copy. "
        "What is saved here is unharmed; ask the province's IT officer for a new enrolment code."
    )


class Stopped(LineFault):
    sentence = N_("The exchange was broken off because the program is closing. Everything is kept here.")


class SyncHalted(SyncFault):
    """Trying again changes nothing: a person decides. `code` is what `Replica.freeze` was told."""

    code: ClassVar[str] = ""


class Forked(SyncHalted):
    code = "fork"
    sentence = N_(
        "Another copy of this register has already sent changes under this PC's name, so sync stopped. "
        "Everything is kept here; ask the province for a new enrolment code for this PC."
    )


class NumbersTaken(Forked):
    """This desk is out of service, and a copy of its register has sent changes under its numbers, up to `n`.

    `head` is the desk's chain after `n` at the province: what waits here can go behind it.
    """

    def __init__(self, n: int, head: bytes) -> None:
        super().__init__()
        self.n = n
        self.head = head


class DeskRevoked(SyncHalted):
    code = "revoked"
    sentence = N_(
        "The province has withdrawn this PC's enrolment, so sync stopped. Everything is kept here; "
        "ask the province's IT officer."
    )


class DeskRemoved(DeskRevoked):
    code = "removed"
    sentence = N_(
        "The province has withdrawn this PC and ordered its register removed. All that was saved here is sent first; "
        "until then nothing is removed."
    )


class ProvinceRestored(SyncHalted):
    code = "epoch"
    sentence = N_(
        "The province's register was restored from a backup, so sync stopped before anything could be lost. "
        "Everything is kept here; the province's IT officer will say how to go on."
    )


class HistoryRewritten(SyncHalted):
    code = "resync"
    sentence = N_(
        "The province's list of changes does not continue the one known here, so nothing of it was taken over. "
        "What is saved here is unharmed; tell the province's IT officer."
    )


class SplitView(SyncHalted):
    code = "split"
    sentence = N_(
        "The province showed a history that contradicts what it had signed before, so nothing of it was taken over. "
        "Both signed statements are kept here as proof; tell the province's IT officer and your superior."
    )
