"""What Qt itself says, in the language of the screen: its file dialog and the menus of its text fields.

Qt ships no Vietnamese words. Those that a person can meet stand here and are translated with all the others.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTranslator

from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, language

WORDS: dict[str, tuple[str, ...]] = {
    "QFileDialog": (
        N_("&Look in:"),
        N_("Back"),
        N_("Go back"),
        N_("Forward"),
        N_("Go forward"),
        N_("Parent Directory"),
        N_("Go to the parent directory"),
        N_("Create New Folder"),
        N_("Create a New Folder"),
        N_("List View"),
        N_("Change to list view mode"),
        N_("Detail View"),
        N_("Change to detail view mode"),
        N_("Sidebar"),
        N_("List of places and bookmarks"),
        N_("Files"),
        N_("Files of &type:"),
        N_("File &name:"),
        N_("Directory:"),
        N_("Directories"),
        N_("&Choose"),
        N_("Open"),
        N_("Save As"),
        N_("&Open"),
        N_("&Save"),
        N_("&Rename"),
        N_("&Delete"),
        N_("Delete"),
        N_("Remove"),
        N_("Show "),
        N_("Show &hidden files"),
        N_("&New Folder"),
        N_("New Folder"),
        N_("Recent Places"),
        N_("All Files (*)"),
        N_("%1\nFile not found.\nPlease verify the correct file name was given."),
        N_("%1\nDirectory not found.\nPlease verify the correct directory name was given."),
        N_("%1 already exists.\nDo you want to replace it?"),
        N_("Are you sure you want to delete '%1'?"),
        N_("'%1' is write protected.\nDo you want to delete it anyway?"),
        N_("Could not delete directory."),
    ),
    "QFileSystemModel": (N_("Computer"), N_("Date Modified"), N_("Name"), N_("Size"), N_("Type")),
    "QAbstractFileIconProvider": (N_("Drive"), N_("Folder"), N_("File"), N_("%1 File"), N_("Unknown")),
    "QPlatformTheme": (N_("&No"), N_("&Yes"), N_("Cancel"), N_("OK"), N_("Open"), N_("Save")),
    **dict.fromkeys(
        ("QLineEdit", "QWidgetTextControl"),
        (N_("&Undo"), N_("&Redo"), N_("Cu&t"), N_("&Copy"), N_("&Paste"), N_("Delete"), N_("Select All")),
    ),
}
"""The texts by the name that Qt asks for them under."""


class QtWords(QTranslator):
    """Translates what Qt says, at the moment it says it: another language of the screen needs nothing more."""

    def translate(  # None says that there is no translation; an empty text would be shown
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        return _(text) if language() != "en" and text in WORDS.get(context, ()) else None

    def isEmpty(self) -> bool:
        return False


def speak_qt() -> None:
    """Let Qt speak the language of the screen too; done once, whoever asks."""
    app = QCoreApplication.instance()
    if app is not None and not app.findChildren(QtWords):
        app.installTranslator(QtWords(app))
