"""Asks where a file is to be written, and never writes over another one that nobody was asked about."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from commune_desk.i18n import _
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.theme import Tone


def ask_where_to(parent: QWidget, title: str, name: str, kind: str) -> Path | None:
    """The file that was chosen, with the ending of `name`, which is proposed; None when none is to be written.

    The system's dialog asks before it replaces a file of the very name that was typed; it knows of no ending that is
    put behind it.
    """
    chosen, _kind = QFileDialog.getSaveFileName(parent, title, name, kind)
    if not chosen:
        return None
    typed, ending = Path(chosen), Path(name).suffix
    path = typed if typed.suffix.lower() == ending else typed.with_name(typed.name + ending)
    if path != typed and path.exists() and not _may_replace(parent, path):
        return None
    return path


def _may_replace(parent: QWidget, path: Path) -> bool:
    question = Message(
        _("Replace {name}?").format(name=path.name),
        _("There is a file of this name already. What is in it is lost when it is replaced."),
        Tone.WARNING,
    )
    return confirm(parent, question, _("Replace"), is_dangerous=True)
