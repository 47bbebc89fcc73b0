"""Marks a text for translation where it is declared; the page that shows it translates it."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a no-op marker
    """Return `text` unchanged: Babel collects it, `i18n` translates it when it is shown."""
    return text
