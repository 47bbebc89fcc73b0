"""The unlock page, with the doorbell of a locked desk and the way out when a passphrase is forgotten."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from commune_desk.domain.time.clock import Clock, from_iso
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, translate_error
from commune_desk.presenters.window.doorbell import bell_text, bell_tone, carried_text
from commune_desk.ui.opening.frame import OpeningCard, Work
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.fields import PasswordField
from commune_desk.ui.widgets.forms import FieldRow
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.registers.profile import Profile

if TYPE_CHECKING:
    from commune_desk.ui.platform.line import LineWatch
    from commune_desk.usecases.locked.doorbell import DoorbellCard, Question, Waiting
    from commune_desk.usecases.locked.push import Delivery

LISTEN_MS = 60_000


class UnlockPage(OpeningCard):
    """Emits `opened` with the OpenDesk, `forgot` when the passphrase is forgotten.

    `restore_asked` comes from a link that shows once a backup helps: alone, or where part of the register is damaged;
    `anew_asked` from one that shows where a training register is.
    """

    opened = Signal(object)
    forgot = Signal(str)
    restore_asked = Signal()
    anew_asked = Signal()

    def __init__(self, profile: Profile, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(_("Unlock the register"), parent=parent)
        self._profile, self._clock = profile, clock
        self._work = Work(self)
        self._work.ended.connect(lambda: self._set_busy(False))
        self._work.done.connect(self._on_done)
        self._work.refused.connect(self._on_refused)
        self.bell = Doorbell(profile, clock, self)
        self.body.addWidget(self.bell)
        self.carried = Text("", size=Size.SMALL, ink="quiet", wrap=True)
        self.carried.hide()
        self.bell.carried.connect(self._show_carried)
        self.body.addWidget(self.carried)
        self.login = Choice(_("Officer"), placeholder=_("Choose your login…"))
        self.body.addWidget(FieldRow(_("Officer"), self.login))
        self.passphrase = PasswordField()
        self.row = FieldRow(_("Passphrase"), self.passphrase)
        self.passphrase.returnPressed.connect(self.unlock)
        self.body.addWidget(self.row)
        self.body.addLayout(self._actions())
        self.anew = LinkButton(_("Set up this PC anew…"))
        self.anew.clicked.connect(self.anew_asked)
        self.anew.hide()
        self.body.addWidget(self.anew)
        self.restore.setVisible(profile.is_damaged)
        self.first_painted.connect(self._load_logins)

    def _actions(self) -> QHBoxLayout:
        line = QHBoxLayout()
        self.forgotten = LinkButton(_("Forgot the passphrase?"))
        self.forgotten.clicked.connect(self.bell.rest)
        self.forgotten.clicked.connect(lambda: self.forgot.emit(self.login.value()))
        line.addWidget(self.forgotten)
        self.restore = LinkButton(_("Restore a backup…"))
        self.restore.clicked.connect(self.restore_asked)
        line.addWidget(self.restore)
        line.addStretch(1)
        self.button = PrimaryButton(_("Unlock"), "lock-open")
        self.button.clicked.connect(self.unlock)
        line.addWidget(self.button)
        return line

    def _show_carried(self, sentence: str) -> None:
        self.carried.set_text(sentence)
        self.carried.setVisible(bool(sentence))

    def _load_logins(self) -> None:
        from commune_desk.vault import recovery, vault  # after the first picture: they load the cryptography library

        try:
            logins = [slot.login for slot in vault.slots(self._profile.keyfile)]
            self.anew.setVisible(not recovery.has_province(self._profile.keyfile))
        except DeskError as error:
            self.tell(error)
            self.button.setEnabled(False)
            return
        self.login.set_options([(login, login) for login in logins])
        if len(logins) == 1:
            self.login.set_value(logins[0])
        (self.passphrase if self.login.value() else self.login).setFocus()

    def unlock(self) -> None:
        """Try the passphrase; the window stays alive meanwhile."""
        if self._work.is_busy:
            return
        login, passphrase = self.login.value(), self.passphrase.value()
        if not login or not passphrase:
            self.row.set_error(_("Choose your login and type your passphrase."))
            return
        from commune_desk.usecases.registers.opening import unlock

        self.row.set_error("")
        self._set_busy(True)
        self._work.start(lambda: unlock(self._profile, login, passphrase, clock=self._clock))

    def _set_busy(self, is_busy: bool) -> None:
        for one in (
            self.button,
            self.forgotten,
            self.restore,
            self.anew,
        ):  # a register that opens is nobody's once this page is left
            one.setEnabled(not is_busy)
        self.button.rename(_("Opening…") if is_busy else _("Unlock"))

    def _on_done(self, desk: object) -> None:
        self.passphrase.clear()
        self.bell.rest()
        self.opened.emit(desk)

    def _on_refused(self, error: DeskError) -> None:
        self.passphrase.clear()
        self.tell(error)
        self.passphrase.setFocus()

    def tell(self, error: DeskError) -> None:
        """Say why the register is not open."""
        from commune_desk.usecases.registers.opening import is_damage

        self.row.set_error(translate_error(error))
        is_beyond_passphrases = is_damage(error)
        self.restore.setVisible(is_beyond_passphrases or self._profile.is_damaged)
        self.forgotten.setVisible(not is_beyond_passphrases)

    def note_crash(self) -> None:
        """Say what became of the work, of which the last process of the program was not let go in order."""
        sentence = _(
            "The program was ended by a fault of its own. What was saved is in the register; what was typed is kept "
            "as a draft. If it happens again, tell the province's IT officer."
        )
        self.body.insertWidget(self.body.indexOf(self.bell), NoticeBar(sentence, Tone.WARNING, parent=self))


class Doorbell(NoticeBar):
    """Counts and instants while locked; rings for a new report or a time limit that runs out, and emits `rang`.

    It also carries what was sealed for the province at lock; `carried` says how that stands.
    """

    rang = Signal()
    carried = Signal(str)

    def __init__(
        self, profile: Profile, clock: Clock, parent: QWidget | None = None, *, line: LineWatch | None = None
    ) -> None:
        super().__init__("", Tone.WARNING, dismissable=False, parent=parent)
        self._line = line
        self._profile, self._clock = profile, clock
        self._known: Waiting | None = None
        self._work = Work(self)
        self._work.done.connect(self._heard)
        self._since: datetime | None = None
        self._question: Question | None = None
        self._delivery: Delivery | None = None
        self._carrying = Work(self)
        self._carrying.ended.connect(lambda: self._tell_carried())
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.listen)
        self.hide()
        if app := QApplication.instance():
            app.aboutToQuit.connect(self.rest)
        if profile.doorbell.exists():
            self._timer.start(LISTEN_MS)
            QTimer.singleShot(200, self, self.listen)

    def rest(self) -> None:
        """Stop listening, and break off what is under way: the end of the program would wait for the answer."""
        self._timer.stop()
        for asked in (self._question, self._delivery):
            if asked is not None:
                asked.abort()

    def listen(self) -> None:
        """Look at the clocks, ask the province, and carry what waits for it."""
        from commune_desk.usecases.locked.doorbell import Question, Waiting, take_card

        card = take_card(self._profile)
        if card is not None:
            self._heard(self._known or Waiting())  # the clocks do not wait for the line
            if not self._work.is_busy:
                self._question = Question(card)
                self._work.start(self._question.ask)
            self._deliver(card)

    def _deliver(self, card: DoorbellCard) -> None:
        self._tell_carried(is_held=self._is_held(card), waits_paused=card.waits_paused)
        if not self._profile.sealed.exists() or self._carrying.is_busy or self._is_held(card):
            return
        from commune_desk.usecases.locked.push import Delivery

        self._delivery = self._delivery or Delivery(self._profile)
        if self._delivery.is_due:
            self._carrying.start(partial(self._delivery.deliver, card))

    def _is_held(self, card: DoorbellCard) -> bool:
        """Whether what waits must not go over this line by itself."""
        if not card.spares_metered or not self._profile.sealed.exists():
            return False
        if self._line is None:
            from commune_desk.ui.platform.line import watch_line  # a desk with nothing to send does without

            self._line = watch_line(self)
        return self._line.is_metered

    def _tell_carried(self, *, is_held: bool = False, waits_paused: bool = False) -> None:
        waits, is_signed_for = self._profile.sealed.exists(), self._profile.receipts.exists()
        is_refused = self._delivery is not None and self._delivery.is_refused
        stands = {"is_held": is_held, "is_refused": is_refused, "waits_paused": waits_paused}
        self.carried.emit(carried_text(waits=waits, is_signed_for=is_signed_for, **stands))

    def _heard(self, waiting: Waiting) -> None:
        """By the card as it stands now: what was taken up may have been delivered since the province was asked."""
        from commune_desk.usecases.locked.doorbell import Waiting, listen, take_card

        card, now = take_card(self._profile), self._clock.now()
        if card is None:
            return
        known, since = self._known or Waiting(), self._since or from_iso(card.left_at)
        bell = listen(card, waiting, now, known=known, since=since)
        self._known, self._since = waiting, now
        text = bell_text(bell, now)
        self.set_tone(Tone(bell_tone(bell, now)))
        self.sentence.set_text(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        if bell.rings:
            self.rang.emit()
            QApplication.beep()
            self.speak()
