"""Sharing a child's identity with a shelter: with which one, on what ground, what it will see, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from commune_desk.domain.model.access import COMMUNE_WRITERS
from commune_desk.domain.model.ids import RecordId, Scope, is_shelter_scope
from commune_desk.domain.model.record import values_of
from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, format_date
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.presenters.wording.set_aside_texts import why_set_aside
from commune_desk.store.pages.children import ChildRecord, is_protected
from commune_desk.store.pages.shares import Share, Sharing, sharing_of, sharing_of_child
from commune_desk.store.writing.leaving import is_on_its_way
from commune_desk.store.writing.relocating import houses
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.sealed import CLOSED
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.shares import GROUNDS, IN_PROTECTION, NO_HOUSE, share_child, take_back
from sync.change import Verb

_HOLDS_IT = N_("For the province that place holds it already, perhaps by a colleague, or cannot hold it.")
_HOLDS_IT_NOT = N_("For the province that place does not hold it any more.")


@dataclass(frozen=True, slots=True)
class ShareQuestion:
    """What is asked before the record goes, or comes back."""

    title: str
    detail: str
    yes: str


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A place that holds the record too. It can be asked back where `why_not` is empty and `can_end`."""

    scope: str
    place: str
    since: str
    can_end: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class SharingView:
    """What the child's page says of other places that hold the record.

    `notice` stands at the top of the page, `set_aside` after what the province did not carry out. `can_share` while
    there is a place that it could still be shared with, `why_not` what keeps one from asking for that now.
    """

    notice: str = ""
    set_aside: str = ""
    rows: tuple[SharedRow, ...] = ()
    can_share: bool = False
    why_not: str = ""


def sharing_view(workplace: Workplace, record: ChildRecord) -> SharingView:
    """Who else holds the child's record, and what the officer at work may do about it."""
    person = record.person.id
    sharing = workplace.read(lambda c: sharing_of_child(c, person))
    writes = workplace.actor.role in COMMUNE_WRITERS and not workplace.read(lambda c: is_on_its_way(c, person))
    known = workplace.read(houses)
    own = workplace.read(lambda c: sharing_of(c, person))
    free = [scope for scope in known if own.held_by(scope) is None]
    return SharingView(
        notice=" ".join(_notices(workplace, sharing)),
        set_aside=_set_aside(workplace, sharing),
        rows=tuple(_rows(workplace, record, sharing, writes=writes)),
        can_share=writes and record.file.status == "active" and (bool(free) or not known),
        why_not=_why_not(workplace, has_houses=bool(known)),
    )


class ChildShare:
    """The dialog that shares one child's record, and the questions about taking it back."""

    def __init__(self, workplace: Workplace, record: ChildRecord) -> None:
        self._workplace, self._record = workplace, record
        self._person = RecordId(record.person.id)

    @property
    def name(self) -> str:
        return self._record.person.full_name

    def places(self) -> list[Option]:
        """The shelters that do not hold the record yet."""
        sharing = self._workplace.read(lambda c: sharing_of(c, self._person))
        return [
            (scope, house_name(self._workplace, scope))
            for scope in self._workplace.read(houses)
            if sharing.held_by(scope) is None
        ]

    def grounds(self) -> list[Option]:
        return [(code, _(text)) for code, text in GROUNDS.items()]

    def sees(self) -> list[str]:
        """What the other place sees from then on, and what it does not; a sentence each."""
        given = [labels.field_label("person", name) for name, value in values_of(self._record.person).items() if value]
        return [
            _("The house sees and may correct: {fields}; and whatever is added to these details later.").format(
                fields=", ".join(given)
            ),
            _("It does not see the file, the risk, the groups, the visits, the reports, the family or the photos."),
        ]

    def consequences(self) -> list[str]:
        """Who is asked, when it goes, and whether it comes back; a sentence each."""
        return [
            _("Nobody there is asked first: the house finds the child under “New in this register”."),
            _("It goes with the next sync; until then nothing leaves this PC."),
            _("It can be taken back, but not while the child stays under protection. What was printed stays there."),
        ]

    def question(self, to: str) -> ShareQuestion:
        """The last question before the record is shared with the scope `to`."""
        text = _("Share the record of {name} with {place}?")
        return ShareQuestion(
            text.format(name=self.name, place=house_name(self._workplace, to)),
            _("The house will see these details and every later change of them. What was seen cannot be unseen."),
            _("Share the record"),
        )

    def operation(self, to: str, ground: str) -> Callable[[Tx], None]:
        """What asks the province to let the scope `to` hold the record too."""
        return lambda tx: share_child(tx, self._person, Scope(to), ground)

    def question_back(self, place: str) -> ShareQuestion:
        """The question before the record is taken back from the scope `place`."""
        text = _("Take the record of {name} back from {place}?")
        return ShareQuestion(
            text.format(name=self.name, place=house_name(self._workplace, place)),
            _(
                "At its next sync the house first sends what it wrote and has not sent yet; then the record leaves its "
                "register. What it corrected stays. Its own log of a stay remains there under the name used in the "
                "house, and so do copies that were printed."
            ),
            _("Take the record back"),
        )

    def take_back(self, place: str) -> Callable[[Tx], None]:
        """What asks the province to take the record from the scope `place`."""
        return lambda tx: take_back(tx, self._person, Scope(place))


def house_name(workplace: Workplace, scope: str) -> str:
    """What a shelter is called at another place; by its code too where the province has several."""
    name = labels.place_name(workplace.codes, scope)
    has_twin = is_shelter_scope(scope) and len(workplace.read(houses)) > 1
    return f"{name} {scope.partition(':')[2]}" if has_twin else name


def since_text(share: Share) -> str:
    """`since 12/10/2026, shared by …`; who it was stands there where the name is known."""
    day = format_date(local_day(from_iso(share.at)))
    if not share.by:
        return _("since {day}").format(day=day)
    return _("since {day}, shared by {who}").format(day=day, who=share.by)


def _notices(workplace: Workplace, sharing: Sharing) -> Iterator[str]:
    """Of each place that holds it, but for one of which the province has just said that it does not any more."""
    refused = sharing.not_done
    gone = refused.to if refused and (refused.verb, refused.code) == (Verb.UNSHARE, "scope") else ""
    for scope, share in sharing.shares.items():
        if scope == gone:
            continue
        place = house_name(workplace, scope)
        if share.is_ending:
            yield _("Being taken back from {place}; it holds the record until the province confirms.").format(
                place=place
            )
        elif share.is_asked:
            yield _("Shared with {place}: goes with the next sync.").format(place=place)
        else:
            yield _("Held together with: {place} {since}.").format(place=place, since=since_text(share))


def _rows(workplace: Workplace, record: ChildRecord, sharing: Sharing, *, writes: bool) -> Iterator[SharedRow]:
    protected = workplace.read(lambda c: is_protected(c, record.person.id))
    for scope, share in sharing.shares.items():
        since = _("goes with the next sync") if share.is_asked else since_text(share)
        if share.is_ending:
            since = _("is being taken back; there until the province confirms")
        can_end = writes and not share.is_ending and scope != workplace.actor.scope
        why_not = _(IN_PROTECTION) if can_end and protected else ""
        yield SharedRow(scope, house_name(workplace, scope), since, can_end, why_not)


def _set_aside(workplace: Workplace, sharing: Sharing) -> str:
    refused = sharing.not_done
    if refused is None:
        return ""
    if refused.verb == Verb.SHARE:
        text, why = _("The province did not share the record with {place}."), _HOLDS_IT
    else:
        text, why = _("The province did not take the record back from {place}."), _HOLDS_IT_NOT
    said = _(why) if refused.code == "scope" else why_set_aside(refused.code)
    return f"{text.format(place=house_name(workplace, refused.to))} {said}"


def _why_not(workplace: Workplace, *, has_houses: bool) -> str:
    if workplace.register.identity.is_training:
        return _("This is a training register: there is no other place to share a record with.")
    if workplace.register.is_closed:
        return _(CLOSED)
    return "" if has_houses else _(NO_HOUSE)
