"""The page of every form: fields as the presenter lists them, keys, draft, save. Special forms arrange theirs anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import DeskError, Invalid
from commune_desk.i18n import _, translate_fields
from commune_desk.presenters.frame.entry_form import EntryForm, FieldSpec
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.dialogs.message import Message, confirm, show_error
from commune_desk.ui.forms.draft_keeper import DraftKeeper, Typed
from commune_desk.ui.forms.field_editors import (
    OFFERING,
    FieldEditor,
    holds,
    key_targets,
    make_editor,
    raw_value,
    show_value,
    watch,
)
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Surface
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.ui.widgets.page import Page
from commune_desk.ui.widgets.tab_order import rest_focus
from commune_desk.ui.widgets.text import Text
from commune_desk.ui.widgets.text_edit import TextEdit
from commune_desk.usecases.desk.workplace import Workplace

WIDTH = 860
SAVE_KEYS = ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EntryPage(Page):
    """Ctrl+S or Ctrl+Enter saves, Escape leaves and keeps the draft, Enter goes on to the next field.

    `saved` carries what to tell after a save, just before the way on. `thrown_away` asks for the form as it is before
    anything is typed.
    """

    saved = Signal(str)
    thrown_away = Signal()

    def __init__(
        self, form: EntryForm[Any], workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object]
    ) -> None:
        super().__init__(form.state().title)
        self.presenter = form
        self._workplace, self._tasks, self._navigate = workplace, tasks, navigate
        self.fields: dict[str, FieldEditor] = {}
        self._specs = {spec.name: spec for spec in form.fields()}
        self.form = Form(columns=2)
        self.note = Text("", size=Size.SMALL, ink="quiet", wrap=True)
        self.notice: NoticeBar | None = None
        self._is_rendering = False
        self._held: tuple[QWidget, QWidget] | None = None
        for spec in self._specs.values():
            self._put(spec)
        self.arrange()
        self._add_actions()  # after the fields: Tab jumps from the rail to the first of them
        self.keeper = DraftKeeper(form.form, form.record, self._typed, workplace, tasks, self)
        self.keeper.ending.connect(self._finish_typing)
        self.keeper.not_kept.connect(lambda _error: self._say(_("The draft could not be kept."), Tone.WARNING))
        self.keeper.kept.connect(lambda: self._unsay(_("The draft could not be kept.")))
        self.setFocusProxy(self.fields[form.first_field()])
        self.render_state(form.state())
        self._bring_back()

    def arrange(self) -> None:
        """Put the fields, and what a form has beside them, on the page."""
        surface = Surface()
        surface.column.setContentsMargins(16, 12, 16, 16)
        surface.column.setSpacing(10)
        surface.column.addWidget(self.form)
        surface.column.addWidget(self.note)
        surface.setMaximumWidth(WIDTH)
        self.add(surface)

    def render_more(self, state: Any) -> None:
        """Show what a form has beside its fields."""

    def _add_actions(self) -> None:
        self.cancel = SecondaryButton(_("Leave"))
        self.cancel.clicked.connect(self.leave)
        text = self.presenter.state().save_text
        self.save = PrimaryButton(text or _("Save"), "check" if text else "save")
        self.save.setToolTip(f"{text or _('Save')} ({SAVE_KEYS[0]})")
        self.save.clicked.connect(self.submit)
        self.discard = LinkButton(_("Throw away…"), name=_("Throw away what you typed"))
        self.discard.clicked.connect(self._ask_to_throw_away)
        self.discard.hide()
        self.add_action(self.discard)
        self.add_action(self.cancel)
        self.add_action(self.save)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.leave)
        for keys in SAVE_KEYS:  # not the button's own, which Qt presses for a moment, in which one may leave
            QShortcut(QKeySequence(keys), self).activated.connect(self.submit)

    def _put(self, spec: FieldSpec) -> None:
        if spec.heading:
            self.form.add_heading(spec.heading)
        name = spec.name
        options = self.presenter.offered(name) if spec.editor in OFFERING else ()
        editor = make_editor(spec, options, self._workplace.latest_day)
        self.fields[name] = editor
        self.form.add(name, FieldRow(spec.label, editor, required=spec.required, hint=spec.hint), wide=spec.wide)
        self._take_keys(editor)
        self._suggest(name)
        watch(editor, lambda: self._edited(name), lambda: self._left(name))

    def _take_keys(self, editor: FieldEditor) -> None:
        for part in key_targets(editor):
            part.installEventFilter(self)

    def _suggest(self, name: str) -> None:
        editor = self.fields[name]
        if isinstance(editor, LineEdit):
            words = self.presenter.suggestions(name)
            if words or editor.completer() is not None:
                editor.suggest(words)

    def _bring_back(self) -> None:
        draft = self.keeper.found()
        if draft is None:
            return
        self.render_state(self.presenter.restore(draft.payload))
        self.keeper.restored(draft)
        if draft.focus in self.fields:
            editor = self.fields[draft.focus]
            self.setFocusProxy(editor)
            if isinstance(editor, TextEdit):
                editor.moveCursor(QTextCursor.MoveOperation.End)
        self._say(_("This is what you were typing; it is not saved yet."), Tone.NOTE)

    def render_state(self, state: Any, *, but: str = "") -> None:
        """Show a state; the field `but` is being typed in and is left as it is."""
        self._is_rendering = True
        self.set_title(state.title, state.subtitle)
        for name, editor in self.fields.items():
            row = self.form.row(name)
            self.form.show_row(name, name not in state.hidden)
            if name not in state.hidden:
                self._offer(name, editor)
            if name != but:
                show_value(editor, state.values[name])
            row.set_hint(state.hints.get(name) or self._specs[name].hint)
        self.form.set_errors({name: text for name, text in state.errors.items() if name in self.fields})
        self.note.set_text(state.note)
        self.note.setVisible(bool(state.note))
        self.discard.setVisible(self.keeper.is_touched)
        self.render_more(state)
        self._is_rendering = False

    def _offer(self, name: str, editor: FieldEditor) -> None:
        """Radio buttons whose options depend on what was typed follow it."""
        if isinstance(editor, RadioRow) and editor.set_options(self.presenter.offered(name)):
            self._take_keys(editor)

    def submit(self) -> None:
        """Save, or show what is in the way."""
        if not self.save.isEnabled():
            return
        self._finish_typing()
        self._take_all()
        operation = self.presenter.submit()
        state = self.presenter.state()
        self.render_state(state)
        if operation is None:
            self.show_errors(state.errors)
            return
        self.keeper.stop()
        self.hold()
        self._tasks.run(self._saving(operation), lambda done: self._go(done[0]), self._refused, owner=self)

    def _saving(self, operation: Callable[[Tx], str]) -> Callable[[], tuple[str, ChangeSet]]:
        """The save. Refused, it keeps all that was typed: the form may be left, or the desk locked, by then."""
        keep, write = self.keeper.as_typed(), self._workplace.write

        def save() -> tuple[str, ChangeSet]:
            is_saved = False
            try:
                done = write(operation)
                is_saved = True
                return done
            finally:
                if keep is not None and not is_saved:
                    with suppress(DeskError):  # what refused the save is told
                        write(keep)

        return save

    def hold(self) -> None:
        """Let nothing be typed, pressed or left while the form is on its way: nobody would read it any more."""
        focused = self.window().focusWidget()
        waits = rest_focus(self.content)
        self._held = (focused, waits) if focused is not None and waits is not None else None
        self.content.setEnabled(False)
        for button in (self.save, self.cancel, self.discard):
            button.setEnabled(False)

    def let_go(self) -> None:
        """Let it be worked in again, where one was unless one went elsewhere."""
        self.content.setEnabled(True)
        for button in (self.save, self.cancel, self.discard):
            button.setEnabled(True)
        held, self._held = self._held, None
        if held is not None and isValid(held[0]) and self.window().focusWidget() is held[1]:
            held[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _finish_typing(self) -> None:
        """A word that is still being composed, or a suggestion that is marked in its list, is what stands there."""
        for editor in self.fields.values():
            if isinstance(editor, LineEdit | TextEdit):
                editor.finish_composing()
        focused = self._typed().focus
        if focused and self.save.isEnabled():
            self._edited(focused)

    def _take_all(self) -> None:
        for name, editor in self.fields.items():
            self.presenter.take(name, raw_value(editor))

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Show what is wrong and go to the first field of it."""
        self.form.set_errors({name: text for name, text in errors.items() if name in self.fields}, focus=True)
        focused = QApplication.focusWidget()
        if focused is not None and self.scroll_area.isAncestorOf(focused):
            self.scroll_area.ensureWidgetVisible(focused, 0, 80)

    def leave(self) -> None:
        """Go back once what was typed is kept as a draft; a disk that refuses it leaves the form open."""
        if not self.save.isEnabled():
            return
        operation = self.keeper.last()
        if operation is None:
            self._go_back(None)
        else:
            self.hold()
            self._tasks.run(lambda: self._workplace.write(operation), self._go_back, self._was_not_left, owner=self)

    def _was_not_left(self, error: DeskError) -> None:
        self.let_go()
        self.keeper.was_not_kept(error)

    def _go_back(self, _kept: object) -> None:
        self.let_go()  # should the draft be refused when the window leaves it, the form is worked in again
        self._navigate(self.presenter.way_back())

    def throw_away(self) -> None:
        """Forget what was typed, and the draft with it."""
        operation = self.keeper.drop()
        self.hold()
        self._tasks.run(
            lambda: self._workplace.write(operation), lambda _done: self.thrown_away.emit(), self._refused, owner=self
        )

    def _ask_to_throw_away(self) -> None:
        told = _("The form is then as it was before you began. What you typed cannot be brought back.")
        if confirm(self, Message(_("Throw away what you typed?"), told), _("Throw away"), is_dangerous=True):
            self.throw_away()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in _ENTER:
            is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if is_plain and not isinstance(watched, TextEdit):
                self._go_on(watched)
                return True
        return super().eventFilter(watched, event)

    def _go_on(self, watched: QObject) -> None:
        names = list(self.fields)
        here = next((n for n, e in self.fields.items() if isinstance(watched, QWidget) and holds(e, watched)), "")
        following = names[names.index(here) + 1 :] if here else []
        target = next((self.fields[n] for n in following if self.fields[n].isVisible()), self.save)
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self.scroll_area.ensureWidgetVisible(QApplication.focusWidget() or target)

    def _edited(self, name: str) -> None:
        if not self._is_rendering:
            self.render_state(self.presenter.edit(name, raw_value(self.fields[name])), but=name)
            self._suggest(name)
            self.keeper.touch()

    def _left(self, name: str) -> None:
        if not self._is_rendering and self.save.isEnabled():
            self.presenter.take(name, raw_value(self.fields[name]))
            self.render_state(self.presenter.leave(name), but=name)

    def _go(self, saved: str) -> None:
        sentence = self.presenter.notice()
        self._navigate(self.presenter.after(saved))
        self.saved.emit(sentence)  # above the page that is shown by now

    def _refused(self, error: DeskError) -> None:
        self.let_go()
        self._offer_anew()
        self.keeper.resume()
        if isinstance(error, Invalid) and set(error.fields) & set(self.fields):
            self.show_errors(translate_fields(error))
            return
        show_error(self, error)

    def _offer_anew(self) -> None:
        """What was chosen may be there no more, as a bed that a colleague gave away: the lists are of now."""
        for name, editor in self.fields.items():
            if isinstance(editor, Choice):
                editor.set_options(self.presenter.offered(name))
                self.presenter.take(name, raw_value(editor))

    def _typed(self) -> Typed:
        last = self.focusWidget()
        name = next((n for n, e in self.fields.items() if holds(e, last)), "")
        return Typed(name, self.presenter.payload())

    def _unsay(self, sentence: str) -> None:
        if self.notice is not None and self.notice.accessibleName() == sentence:
            self.notice.hide()

    def _say(self, sentence: str, tone: Tone) -> None:
        """Say a sentence above the form in place of the one before; what stands there already is not said again."""
        if self.notice is not None:
            if self.notice.accessibleName() == sentence and not self.notice.isHidden():
                return
            self.notice.hide()
            self.notice.deleteLater()
        self.notice = NoticeBar(sentence, tone)
        self.add_above(self.notice)
        self.notice.speak()
