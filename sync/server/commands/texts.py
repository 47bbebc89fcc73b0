"""The words of the command line: Vietnamese unless English is asked for, from the catalogue the desk uses."""

from __future__ import annotations

import gettext
import os
from pathlib import PurePath

from commune_desk.domain.words.errors import DeskError
from commune_desk.program_files import resource

LANGUAGES = ("vi", "en")
_DOMAIN = "commune_desk"


def language_of(environment: dict[str, str] | os._Environ[str]) -> str:
    """`en` when the shell speaks English, else `vi`."""
    spoken = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "en" if spoken.startswith("en") else "vi"


def speak(language: str) -> None:
    """Let `argparse`, which asks gettext's own domain, say its few words in `language` too."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(_DOMAIN, str(resource("locale")))
    gettext.textdomain(_DOMAIN)


def harmless(text: str) -> str:
    """What somebody else named, a PC or a file on a stick, without signs that a terminal obeys or by which it turns."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


class Texts:
    """Translates message ids; without a catalogue it speaks the English of the source."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language)

    def say(self, text: str, /, **params: object) -> str:
        """The translation of `text` with its placeholders filled, harmlessly; an error among them says what it says."""
        translated = self._catalogue.gettext(text)
        params = {name: self._told(one) for name, one in params.items()}
        try:
            return translated.format(**params) if params else translated
        except (KeyError, IndexError, ValueError):
            return text.format(**params)

    def _told(self, one: object) -> object:
        if isinstance(one, DeskError):
            return self.error(one)
        return harmless(str(one)) if isinstance(one, str | PurePath) else one

    def error(self, error: DeskError) -> str:
        """What an error says, its fields' faults after it."""
        faults = [f"{name}: {self.say(fault)}" for name, fault in getattr(error, "fields", {}).items()]
        return " ".join([self.say(error.text, **error.params), *faults])


def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(_DOMAIN, resource("locale"), languages=[language], fallback=True)
