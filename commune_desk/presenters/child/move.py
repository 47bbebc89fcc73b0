"""Moving a child to another commune of the province: where to, what will happen, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.reports import clock_runs
from commune_desk.domain.vietnamese.text import fold
from commune_desk.i18n import _
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.engine import settings
from commune_desk.store.intake.departures import KEEPS_STUBS
from commune_desk.store.pages.children import ChildRecord
from commune_desk.store.pages.shares import sharing_of_child
from commune_desk.store.writing.leaving import leaves_to, move_set_aside, moving_to
from commune_desk.store.writing.relocating import directory
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.moves import move_child


@dataclass(frozen=True, slots=True)
class MoveView:
    """What the child's page says of moves. `under_way` while the child is on its way, `set_aside` after a move that
    the province did not carry out, `why_not` what keeps one from being asked for."""

    under_way: str = ""
    set_aside: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class MoveQuestion:
    """What is asked once the commune is chosen."""

    title: str
    detail: str
    yes: str


def move_view(workplace: Workplace, person: str) -> MoveView:
    """What there is to say about the child's whereabouts, and whether it can move."""
    return MoveView(_under_way(workplace, person), _set_aside(workplace, person), _why_not(workplace))


class ChildMove:
    """The dialog that moves one child."""

    def __init__(self, workplace: Workplace, record: ChildRecord) -> None:
        self._workplace, self._record = workplace, record

    @property
    def name(self) -> str:
        return self._record.person.full_name

    def communes(self) -> list[Option]:
        """The communes of the province that the child can move to, by name without their kind."""
        today, codes = self._workplace.today(), self._workplace.codes
        known = self._workplace.read(directory).keys() - {self._workplace.actor.scope}
        found = [(scope, codes.commune(scope.partition(":")[2], today)) for scope in known]
        named = sorted((fold(one.short_name), scope) for scope, one in found if one is not None)
        return [(scope, labels.place_name(codes, scope)) for _name, scope in named]

    def consequences(self) -> list[str]:
        """What will happen, a sentence each."""
        code = self._record.file.case_number or ""
        keeps = code and self._workplace.read(lambda c: settings.get(c, KEEPS_STUBS, bool, True))
        left = _("This PC keeps one line about the child: the case code {code}.").format(code=code)
        return [
            _("The file, the visits, the family and the reports go into the register of that commune."),
            _("Whatever was written here and not sent yet goes first; nothing is lost."),
            left if keeps else _("This PC keeps nothing of the child."),
            *self._holders(),
            _("It cannot be taken back from here. The other commune can move the child back."),
        ]

    def _holders(self) -> list[str]:
        """That a shelter which holds the child's details too goes on holding them."""
        sharing = self._workplace.read(lambda c: sharing_of_child(c, self._record.person.id))
        text = _("{place} goes on holding the child's details; the other commune can take them back.")
        return [text.format(place=labels.place_name(self._workplace.codes, scope)) for scope in sharing.shares]

    def warning(self) -> str:
        """What must not wait for the move; empty for nothing."""
        runs = any(clock_runs(report) for report in self._record.reports)
        return _("A time limit for emergency measures is running. Call the other commune as well.") if runs else ""

    def question(self, to: str) -> MoveQuestion:
        """The last question before the move to the scope `to`."""
        commune = labels.place_name(self._workplace.codes, to)
        return MoveQuestion(
            _("Move {name} to {commune}?").format(name=self.name, commune=commune),
            _("The child stays in this register until the province confirms. It cannot be taken back from here."),
            _("Move the child"),
        )

    def operation(self, to: str) -> Callable[[Tx], None]:
        """What asks the province for the move to the scope `to`."""
        person = RecordId(self._record.person.id)
        return lambda tx: move_child(tx, person, Scope(to))


def _under_way(workplace: Workplace, person: str) -> str:
    to = workplace.read(lambda c: leaves_to(c, person))
    if to is not None:
        text = _(
            "The province has confirmed the move to {commune}. "
            "The file leaves once all written here is sent and nothing waits in a draft."
        )
        return text.format(commune=labels.place_name(workplace.codes, to))
    to = workplace.read(lambda c: moving_to(c, person))
    text = _(
        "Moving to {commune}; still here until the province confirms. "
        "Visits can be recorded, the file is no longer changed."
    )
    return text.format(commune=labels.place_name(workplace.codes, to)) if to is not None else ""


def _set_aside(workplace: Workplace, person: str) -> str:
    refused = workplace.read(lambda c: move_set_aside(c, person))
    if refused is None:
        return ""
    commune = labels.place_name(workplace.codes, refused.to)
    if refused.code == "moved":
        text = _(
            "The province did not carry out the move to {commune}: for the province the child is elsewhere already, "
            "perhaps moved by a colleague. The child stays in this register until the province says otherwise; ask "
            "your colleague or the province's IT officer."
        )
    else:
        text = _(
            "The province did not carry out the move to {commune}. The child stays in this register. "
            "Ask the province's IT officer before you try again."
        )
    return text.format(commune=commune)


def _why_not(workplace: Workplace) -> str:
    if workplace.register.identity.is_training:
        return _("This is a training register: there is no other commune to move a child to.")
    if not workplace.read(directory):
        return _("The other communes are known once this PC has been in touch with the province. Sync first.")
    return ""
