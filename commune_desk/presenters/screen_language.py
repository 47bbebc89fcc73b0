"""The language that a profile's screen spoke last."""

from __future__ import annotations

from commune_desk.i18n import DEFAULT, Language
from commune_desk.usecases.profile import Profile


def keep_language(profile: Profile, code: Language) -> None:
    """The screen's language from the next start on. Raises OSError."""
    profile.language.write_text(code, encoding="ascii")


def kept_language(profile: Profile) -> Language:
    """The language chosen last; Vietnamese where none was, or where it cannot be read."""
    try:
        kept = profile.language.read_bytes()
    except OSError:
        return DEFAULT
    return "en" if kept == b"en" else DEFAULT
