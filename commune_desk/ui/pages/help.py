"""Help: the keys, what happens when there is no line, and where to turn."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from commune_desk.i18n import _
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.page import Page, TwoColumns
from commune_desk.ui.widgets.rows import ListRow


class HelpPage(Page):
    """What one wants to know without calling anybody; of the register of children only where there is one."""

    def __init__(self, *, has_register: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(_("Help"), _("F1 opens this page from anywhere."), parent=parent)
        columns = TwoColumns()
        columns.main.addWidget(_card(_("How it works"), "info", _answers(has_register=has_register)))
        columns.side.addWidget(_card(_("Keys"), "list", _keys(has_register=has_register)))
        self.add(columns)


def _card(title: str, icon: str, rows: list[tuple[str, str]]) -> Card:
    card = Card(title, icon)
    for name, text in rows:
        card.add(ListRow(name, second=text))
    return card


def _answers(*, has_register: bool) -> list[tuple[str, str]]:
    clock = (
        _("The 12-hour clock"),
        _(
            "It runs from the hour at which the information was received, nights and holidays included "
            "(Decree 56/2017, art. 26), also while the register is locked."
        ),
    )
    return [
        (
            _("Without a network"),
            _("Everything works. What you save waits on this PC, encrypted, and goes when there is a line."),
        ),
        (
            _("No network for days"),
            _(
                "On the Sync page write to a USB stick and have it brought to the province; its reply is read in here. "
                "The stick opens only there and here."
            ),
        ),
        *([clock] if has_register else []),
        (
            _("Two officers changed the same thing"),
            _("Nothing is overwritten. Both values stand on the Sync page until somebody decides; the other is kept."),
        ),
        (
            _("The PC went off while you were typing"),
            _("Open the form again: your draft is there, up to the last seconds."),
        ),
        (
            _("You leave your seat"),
            _("Press F12. The register locks at once; the locked page still rings for new reports.")
            if has_register
            else _(
                "Press F12. The register locks at once; "
                "the locked page rings when somebody is late or a time limit comes."
            ),
        ),
        (
            _("A forgotten passphrase"),
            _("On the unlock page choose “Forgot the passphrase?” and call the province; no network is needed."),
        ),
        (
            _("A lost PC"),
            _("Call the province at once: the desk is revoked. Without a passphrase nobody can read the register."),
        ),
    ]


def _keys(*, has_register: bool) -> list[tuple[str, str]]:
    search, as_last_time = ("Ctrl+K, Ctrl+F", _("search")), ("F4", _("as last time, in a visit"))
    return [
        *([search] if has_register else []),
        ("Alt+1 … Alt+9", _("go to a page")),
        ("Ctrl+S, Ctrl+Enter", _("save a form")),
        ("Esc", _("leave a form; the draft is kept")),
        ("Ctrl+;", _("today, in a date field")),
        ("Delete", _("take an answer back that nobody has to give")),
        *([as_last_time] if has_register else []),
        ("F5", _("sync now, on the Sync page")),
        ("F6", _("between rail, search and page") if has_register else _("between rail and page")),
        ("F12, Ctrl+L", _("lock at once")),
    ]
