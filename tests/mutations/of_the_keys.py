"""Faults in what holds for whoever works with the keyboard alone: nothing typed is lost by a key, and the keyboard is
where the next key does what is meant."""

from __future__ import annotations

from tests.mutations.fault import Fault

_TYPED = "ui/sync/test_typed_in_dialogs.py"

FAULTS = (
    Fault(
        name="escape-loses-what-was-typed-in-a-dialog",
        file="commune_desk/ui/dialogs/typing.py",
        old="        if event.key() == Qt.Key.Key_Escape and self.is_typed:\n",
        new="        if event.key() == Qt.Key.Key_Help:\n",
        tests=(
            f"{_TYPED}::test_escape_asks_before_it_loses_what_was_typed",
            "ui/child/test_files.py::test_escape_asks_before_it_loses_what_was_typed_of_a_photo",
        ),
    ),
    Fault(
        name="escape-asks-though-nothing-was-typed",
        file="commune_desk/ui/dialogs/typing.py",
        old="field.text() != before for field, before",
        new="field.text() == before for field, before",
        tests=(f"{_TYPED}::test_escape_leaves_at_once_where_nothing_was_typed",),
    ),
    Fault(
        name="a-dialog-keeps-the-height-of-one-line",
        file="commune_desk/ui/dialogs/frame.py",
        old="        self.installEventFilter(_Room(self))\n",
        new="",
        tests=(f"{_TYPED}::test_why_the_province_refuses_is_said_whole",),
    ),
    Fault(
        name="the-page-goes-after-the-keyboard-and-away-from-what-is-said",
        file="commune_desk/ui/widgets/page.py",
        old="        QTimer.singleShot(0, self.content, partial(self.scroll_area.ensureVisible, 0, 0))\n",
        new="        self.scroll_area.ensureVisible(0, 0)\n",
        tests=(
            "ui/pages/test_settings.py::test_what_came_of_a_button_is_seen_by_whoever_pressed_it_with_the_keyboard",
        ),
    ),
    Fault(
        name="the-keyboard-is-left-where-qt-puts-it",
        file="commune_desk/ui/pages/sync.py",
        old="        if waits or any(leaves):\n",
        new="        if waits and any(leaves):\n",
        tests=("ui/sync/test_keys.py::test_the_keyboard_goes_from_the_button_that_leaves_to_what_the_page_is_for_now",),
    ),
    Fault(
        name="a-draft-of-whom-the-law-has-erased-is-told-as-kept",
        file="commune_desk/ui/desk_window.py",
        old="        if are_kept:\n",
        new="        if are_kept or widget is not None:\n",
        tests=(
            "ui/window/test_leaving_forms.py"
            "::test_of_whom_the_law_has_erased_meanwhile_nobody_is_told_that_a_draft_is_kept",
        ),
    ),
    Fault(
        name="two-links-of-two-cards-are-spoken-alike",
        file="commune_desk/ui/pages/decision_card.py",
        old='            self.write = LinkButton(_("Write another value…"), name=spoken)\n',
        new='            self.write = LinkButton(_("Write another value…"))\n',
        tests=("ui/sync/test_keys.py::test_each_button_of_a_card_says_what_it_is_about",),
    ),
    Fault(
        name="a-button-is-spoken-as-it-was-first-called",
        file="commune_desk/ui/opening/first_run.py",
        old="        self.button.rename(self._begin())\n",
        new="        self.button.setText(self._begin())\n",
        tests=("ui/lock/test_first_run.py::test_the_button_is_spoken_as_it_is_read",),
    ),
)
