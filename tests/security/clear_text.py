"""Looks for words in clear in every byte of every file, in the forms in which a program may have written them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from commune_desk.domain.vietnamese.text import fold

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def written_forms(word: str) -> dict[str, bytes]:
    """Each way to write a word, by what it is called. Forms that are the same bytes are named once."""
    spellings = {
        "NFC": unicodedata.normalize("NFC", word),
        "NFD": unicodedata.normalize("NFD", word),
        "lower": unicodedata.normalize("NFC", word).lower(),
        "upper": unicodedata.normalize("NFC", word).upper(),
        "folded": fold(word),
    }
    forms = {f"{name} {code}": text.encode(code) for name, text in spellings.items() for code in ENCODINGS}
    forms["JSON"] = json.dumps(spellings["NFC"])[1:-1].encode()
    forms["URL"] = quote(spellings["NFC"]).encode()
    return {name: form for form, name in {form: name for name, form in reversed(forms.items())}.items()}


def found_in_clear(roots: Iterable[Path], words: Iterable[str]) -> list[str]:
    """`file: word (form)` for every word found below the roots, in a file's bytes or in its name."""
    sought = {word: written_forms(word) for word in words}
    return sorted(
        f"{path.name}: {word} ({form})"
        for path in _files(roots)
        for data in (path.read_bytes() + b"\n" + bytes(path),)
        for word, forms in sought.items()
        for form, written in forms.items()
        if written in data
    )


def _files(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        yield from (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
