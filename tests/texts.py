"""Collects the program's texts, merges translations, compiles the catalogue: `desk.py texts [FRAGMENT.po ...]`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from commune_desk.i18n import DOMAIN, placeholders

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "resources" / "locale" / "vi" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
SOURCES = ("commune_desk", "sync")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def source_texts() -> Catalog:
    """Every marked text of the sources, with the files it stands in."""
    found = Catalog(locale="vi")
    for folder in SOURCES:
        texts = extract_from_dir(
            str(ROOT / folder), [("**.py", "python")], keywords=KEYWORDS, options_map={"**.py": {"encoding": "utf-8"}}
        )
        for name, line, text, _comments, _context in texts:
            found.add(text, locations=[(f"{folder}/{Path(name).as_posix()}", line)])
    return found


def stored_texts(path: Path = PO) -> Catalog:
    """The catalogue of a .po file. Raises PoFileError for one that is damaged."""
    with path.open("rb") as file:
        return read_po(file, locale="vi", domain=DOMAIN, abort_invalid=True)


def messages(catalogue: Catalog) -> Iterator[Message]:
    return (m for m in catalogue if m.id)


def merged(fragments: Iterable[Catalog], kept: Catalog) -> tuple[Catalog, list[str]]:
    """The texts of the sources with their translations, and what a person should look at.

    A fragment goes before what was kept, an earlier fragment before a later one.
    """
    result, remarks = source_texts(), []
    for catalogue in (*fragments, kept):
        for message in messages(catalogue):
            target = result.get(message.id)
            if target is None or not is_complete(message):
                continue
            if not is_complete(target):
                target.string = message.string
            elif target.string != message.string and catalogue is not kept:
                remarks.append(f"two translations of {message.id!r}: {target.string!r} stays, {message.string!r} not")
    return result, remarks + [f"no translation: {m.id!r}" for m in messages(result) if not is_complete(m)]


def forms_of(message: Message) -> Sequence[str | None]:
    return message.string if isinstance(message.string, tuple | list) else (message.string,)


def is_complete(message: Message) -> bool:
    """Whether every form is translated and nobody marked it as a guess."""
    forms = forms_of(message)
    return bool(forms) and all(forms) and not message.fuzzy


def mismatch(message: Message) -> str | None:
    """What is wrong with the placeholders of a translation, or None."""
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    forms = [form or "" for form in forms_of(message)]
    wanted = placeholders(sources[-1])
    if any(not name.isidentifier() for name in wanted):
        return f"{message.id!r}: placeholders are plain names"
    wrong = [form for form in forms if placeholders(form) != wanted]
    return f"{message.id!r} has {sorted(wanted)}, not so {wrong!r}" if wrong else None


def as_po(catalogue: Catalog) -> bytes:
    """The .po text, the same for the same messages: sorted, without line numbers and dates."""
    out = io.BytesIO()
    write_po(out, catalogue, width=118, sort_output=True, include_lineno=False, omit_header=True)
    return HEADER.encode() + out.getvalue()


def as_mo(path: Path = PO) -> bytes:
    """The compiled catalogue of a .po file."""
    out = io.BytesIO()
    write_mo(out, _plain_header(stored_texts(path)))
    return out.getvalue()


def _plain_header(catalogue: Catalog) -> Catalog:
    """Without the dates, which Babel would take from the clock."""
    plain = _Undated(locale="vi", domain=DOMAIN)
    for message in messages(catalogue):
        plain.add(message.id, message.string)
    return plain


class _Undated(Catalog):
    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", "vi"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
        ]


HEADER = """\
# Vietnamese texts of Commune Desk. Written by `desk.py texts`; translations are edited here.
msgid ""
msgstr ""
"Language: vi\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def main(fragments: list[str]) -> int:
    """Write the catalogue and its compiled form; say what is missing."""
    if lacking := [name for name in fragments if not Path(name).is_file()]:
        print(f"There is no file {', '.join(lacking)}. Nothing was written.")
        return 1
    catalogue, remarks = merged([stored_texts(Path(name)) for name in fragments], stored_texts())
    PO.write_bytes(as_po(catalogue))
    MO.write_bytes(as_mo())
    for remark in remarks:
        print(remark)
    print(f"{sum(1 for _m in messages(catalogue))} texts, {len(remarks)} to look at")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
