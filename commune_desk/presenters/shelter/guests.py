"""The card of the people whom this house holds for a commune, and the question before one is handed back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from commune_desk.domain.model.ids import is_commune_scope
from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.i18n import _, format_date
from commune_desk.presenters.child.share import ShareQuestion, since_text
from commune_desk.presenters.frame.cards import Row, Section
from commune_desk.presenters.wording import labels
from commune_desk.store.pages.arrivals import is_unseen
from commune_desk.store.pages.children import person_named
from commune_desk.store.pages.placements import active_stays
from commune_desk.store.pages.shares import Share, guests, sharing_of
from commune_desk.usecases.desk.workplace import Workplace

HAND_BACK = "hand_back"
"""The act of a row's button."""


def guests_section(workplace: Workplace) -> tuple[Section, ...]:
    """Everybody whom a commune shared with this house and who was looked at; no card without anybody."""
    rows = tuple(_rows(workplace))
    return (Section("guests", _("Held together with a commune"), "users", rows=rows),) if rows else ()


def hand_back_question(workplace: Workplace, person: str) -> ShareQuestion:
    """What is asked before the person is handed back to their commune."""
    known = workplace.read(lambda c: person_named(c, person))
    share = workplace.read(lambda c: sharing_of(c, person)).held_by(workplace.actor.scope)
    commune = labels.place_name(workplace.codes, share.home) if share is not None else ""
    return ShareQuestion(
        _("Hand the record of {name} back to {place}?").format(name=known.full_name if known else "", place=commune),
        _(
            "What was written here and is not sent yet goes first; then the name and the details leave this register. "
            "A stay and its log remain here under the name used in the house. Destroy copies that were printed."
        ),
        _("Hand back"),
    )


def held_with(workplace: Workplace, person: str) -> str:
    """`Bình Liêu Commune since 12/10/2026` of a person whose home is a commune; empty of the house's own."""
    share = workplace.read(lambda c: sharing_of(c, person)).held_by(workplace.actor.scope)
    return f"{labels.place_name(workplace.codes, share.home)} {since_text(share)}" if share is not None else ""


def home_of_guest(workplace: Workplace, person: str) -> str:
    """The code of the commune that shared the person with this house; empty of the house's own."""
    share = workplace.read(partial(sharing_of, record=person)).held_by(workplace.actor.scope)
    return share.home.partition(":")[2] if share is not None and is_commune_scope(share.home) else ""


def shared_by_text(workplace: Workplace, person: str) -> str:
    """The answer "yes" to whether somebody admitted is the person whom a commune shared; empty of the house's own."""
    share = workplace.read(partial(sharing_of, record=person)).held_by(workplace.actor.scope)
    if share is None:
        return ""
    place, day = labels.place_name(workplace.codes, share.home), format_date(local_day(from_iso(share.at)))
    return _("Yes, shared by {place} on {day}").format(place=place, day=day)


def _rows(workplace: Workplace) -> Iterator[Row]:
    can_write = workplace.actor.role in kind_of(Placement).write
    staying = {stay.person for stay in workplace.read(active_stays)}
    for person, share in workplace.read(lambda c: guests(c, workplace.actor.scope)):
        known = workplace.read(partial(person_named, person=person))
        if known is None or workplace.read(partial(is_unseen, person=person)):
            continue
        can_end = can_write and person not in staying and not share.is_ending
        yield Row(
            person,
            known.full_name,
            labels.age_text(known.birth_date, workplace.today()),
            second=labels.joined(_home_text(workplace, share), _state_text(share, is_here=person in staying)),
            button=_("Hand back…") if can_end else "",
            act=HAND_BACK,
        )


def _home_text(workplace: Workplace, share: Share) -> str:
    return f"{labels.place_name(workplace.codes, share.home)} {since_text(share)}"


def _state_text(share: Share, *, is_here: bool) -> str:
    if share.is_ending:
        return _("is being handed back")
    return _("in the house now; can be handed back after the stay") if is_here else ""
