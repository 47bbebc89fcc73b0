"""Conflicts in plain words: whose record, which field, what stood before, each value with who and when."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

from commune_desk.domain.entered.people import Level, as_stored, check_id_number
from commune_desk.domain.model.access import require
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import is_shelter_scope
from commune_desk.domain.model.record import Field, Value
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, translate_error
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.deadline_texts import late_text
from commune_desk.store.intake.conflicts import (
    UNWRITTEN,
    OpenConflict,
    Side,
    Wait,
    count_open,
    is_behind_ours,
    late_since,
    open_conflicts,
)
from commune_desk.store.pages.subjects import name_of, subject_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.sealed import CLOSED
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync.conflicts import BEHIND_OURS, decide_shown

SAME = N_("All wrote the same here, without knowing of each other. There is nothing to choose.")


@dataclass(frozen=True)
class Hand:
    """One value to choose: `key` is the change that wrote it."""

    key: str
    author: str
    text: str
    is_readable: bool


@dataclass(frozen=True)
class ConflictCard:
    """A field of a record to decide. `hands[0]` stands now."""

    conflict: OpenConflict
    title: str
    label: str
    base: str
    hands: tuple[Hand, ...]
    waited: str
    """That the province has been told of it, if it has."""
    can_write: bool
    """Whether another value may be typed instead (text fields)."""
    is_hidden: bool
    """Whether the lease hides all that is to be decided: nobody decides what nobody sees."""
    why_not: str
    """Why this officer decides nothing here, as a chair, who reads what each wrote; empty for who may."""
    note: str = ""
    """Where a value comes from that no officer of this place wrote."""
    says_same: bool = False
    """Whether all wrote the same, as the province cannot see of what is sealed: nothing is left to choose."""

    def text_of(self, key: str) -> str | None:
        """What choosing that hand would let stand; None where it is not offered."""
        return next((hand.text for hand in self.hands if hand.key == key and hand.is_readable), None)


def conflict_cards(
    workplace: Workplace, *, most: int, besides: Collection[tuple[str, str]] = ()
) -> tuple[list[ConflictCard], int]:
    """The cards of the `most` oldest open conflicts, and how many more are open after these.

    `besides`: fields (record, name) that are shown too while they are open, as somebody is at work at them.
    """
    found = workplace.read(lambda c: open_conflicts(c, most=most))
    for record, field in set(besides) - {(one.record, one.field) for one in found}:
        found += [one for one in workplace.read(partial(open_conflicts, record=record)) if one.field == field]
    late = workplace.read(late_since)
    cards = [_card(workplace, one, late.get((one.record, one.field))) for one in found]
    return cards, workplace.read(count_open) - len(found)


def _card(workplace: Workplace, conflict: OpenConflict, late: Wait | None) -> ConflictCard:
    rule = KINDS[conflict.kind].fields[conflict.field]
    is_hidden = rule.data.is_sealed and workplace.register.is_closed
    why_not = _refusal(workplace, conflict)
    is_behind = workplace.read(lambda db: is_behind_ours(db, conflict))
    says_same = not is_behind and _all_say_the_same(conflict, rule)
    return ConflictCard(
        conflict=conflict,
        title=_title(workplace, conflict),
        label=_(rule.label),
        base=_before(workplace, conflict, rule),
        hands=_hands(workplace, conflict, rule),
        waited=late_text(late, workplace.present()),
        can_write=rule.shape is Shape.TEXT and rule.type is str and not is_hidden and not why_not,
        is_hidden=is_hidden,
        why_not=why_not,
        note=_(BEHIND_OURS) if is_behind else _(SAME) if says_same else _note(workplace, conflict),
        says_same=says_same,
    )


def _all_say_the_same(conflict: OpenConflict, rule: Field) -> bool:
    said = [side.value if side.value is not None else rule.default for side in conflict.sides]
    return all(side.is_readable for side in conflict.sides) and all(value == said[0] for value in said)


def _refusal(workplace: Workplace, conflict: OpenConflict) -> str:
    entry = KINDS[conflict.kind]
    try:
        require(workplace.actor, entry.write | entry.guests)
    except Refusal as refused:
        return translate_error(refused)
    return ""


def _title(workplace: Workplace, conflict: OpenConflict) -> str:
    """Whose record it is, as far as it is here."""
    subject = workplace.read(lambda db: subject_of(db, conflict.kind, conflict.record))
    title = subject.name or _(KINDS[conflict.kind].label)
    if subject.of_child:
        title = _("{relative}, family of {child}").format(relative=title, child=subject.of_child)
    return title


def _note(workplace: Workplace, conflict: OpenConflict) -> str:
    """What one needs to know to decide: that it was decided before, or that who wrote it is elsewhere, and why."""
    if _was_decided_apart(conflict):
        return _(
            "This was decided on two PCs without knowing of each other, and differently, so it is asked once more. "
            "Speak with your colleague before you decide."
        )
    if _goes_on(conflict):
        return _(
            "The file was ended while a colleague who did not know of that wrote about the child. Nothing of it is "
            "lost, and until you decide the child stays in the register."
        )
    if conflict.kept:
        return _(
            "One value was written in another record of this child, which was joined to this one; "
            "its officer may not have known that. What you choose stands in the record kept."
        )
    elsewhere = {side.scope for side in conflict.sides[1:] if side.scope and side.scope != conflict.scope}
    names = ", ".join(sorted(labels.place_name(workplace.codes, scope) for scope in elsewhere))
    if any(not side.is_readable for side in conflict.sides[1:] if side.scope in elsewhere) and names:
        return _(
            "An officer of {commune}, where the child was before, wrote one value without knowing of the move. "
            "Its text was sealed for {commune}: nobody here can read it. Ask there if you need it; you can keep what "
            "stands, or write what you are told. What you do not choose stays in the history."
        ).format(commune=names)
    if any(map(is_shelter_scope, (conflict.scope, *elsewhere))):
        text = _("One value comes from {commune}, which holds this record too or has held it.")
    else:
        text = _(
            "One value comes from {commune}, where the child was before; its officer may not have known of the move."
        )
    return text.format(commune=names) if names else ""


def _goes_on(conflict: OpenConflict) -> bool:
    """Whether the file of a child was kept open against an end: not one that was written in another place or record."""
    reopened = KINDS[conflict.kind].fields[conflict.field].reopened
    is_from_here = not conflict.kept and all(side.scope in ("", conflict.scope) for side in conflict.sides[1:])
    return bool(reopened) and conflict.sides[0].value == reopened and is_from_here


def _was_decided_apart(conflict: OpenConflict) -> bool:
    stands, *others = conflict.sides
    return stands.decides and any(side.decides for side in others)


def _before(workplace: Workplace, conflict: OpenConflict, rule: Field) -> str:
    if conflict.base is None:  # nobody had written it
        return _shown(workplace, conflict.kind, rule, rule.default) if rule.default else ""
    if not conflict.base.is_readable:
        return _("(not known here)")
    return _shown(workplace, conflict.kind, rule, conflict.base.value)


def _hands(workplace: Workplace, conflict: OpenConflict, rule: Field) -> tuple[Hand, ...]:
    stands, *others = [_hand(workplace, conflict.kind, rule, side) for side in conflict.sides]
    if stands.key != UNWRITTEN:
        stands = replace(stands, author=_("In use: {author}").format(author=stands.author))
    return (stands, *others)


def _hand(workplace: Workplace, kind: str, rule: Field, side: Side) -> Hand:
    said = _shown(workplace, kind, rule, side.value) or _("(empty)")
    hidden = _(CLOSED) if workplace.register.is_closed else _sealed_elsewhere(workplace, side)
    text = said if side.is_readable else hidden
    return Hand(side.change, author_of(workplace, side), text, side.is_readable)


def _sealed_elsewhere(workplace: Workplace, side: Side) -> str:
    """Who can read a value that does not open here: those for whom it was sealed."""
    if side.scope in ("", workplace.actor.scope):
        return _("(sealed for another desk)")
    return _("(can be read in {commune} alone)").format(commune=labels.place_name(workplace.codes, side.scope))


def author_of(workplace: Workplace, side: Side) -> str:
    """Who wrote a value, when and where."""
    if side.change == UNWRITTEN:
        return _("as it stands, nobody wrote it")
    is_elsewhere = side.scope not in ("", workplace.actor.scope)
    who = side.officer or (_("officer of another place") if is_elsewhere else _("unknown officer"))
    if side.officer_id == workplace.actor.officer and _is_from_here(workplace, side):
        who = _("you")
    where = (
        _("this PC") if side.desk == workplace.actor.desk else side.desk_label or _("PC {desk}").format(desk=side.desk)
    )
    place = labels.place_name(workplace.codes, side.scope) if is_elsewhere else ""
    when = labels.near_instant_text(side.at, workplace.today()) if side.at else ""
    return labels.joined(who[:1].upper() + who[1:], when, where, place)


def _is_from_here(workplace: Workplace, side: Side) -> bool:
    """A change names its officer by itself, and only its desk is proven: another PC's may name whom it likes."""
    own = workplace.register.identity
    return side.desk in (own.desk, *own.former)


def _shown(workplace: Workplace, kind: str, rule: Field, value: Value) -> str:
    if rule.shape is Shape.REFERENCE and isinstance(value, str):
        return workplace.read(lambda db: name_of(db, value)) or _("(no longer in this register)")
    return labels.value_text(workplace.codes, kind, rule.name, value)


def overtaken(workplace: Workplace, card: ConflictCard, written: str) -> str:
    """What is said of a card that went while somebody worked at it."""
    text = _(
        "{whose}, {field}: no longer to be decided here. It was decided on another PC, or the record left this "
        "register; what you chose here does not count. Look at the value that stands now."
    ).format(whose=_title(workplace, card.conflict), field=card.label)
    if not written:
        return text
    return text + " " + _("You had typed “{written}”: it was not saved.").format(written=written)


def _wrong_number(field: str, written: str) -> str | None:
    """What a form would refuse. What was chosen is on record already, whatever it is."""
    found = check_id_number(as_stored(field, written), sex=None, birth=None) if field == "id_number" else []
    return next((finding.text for finding in found if finding.level is Level.ERROR), None)


def decision(card: ConflictCard, *, chosen: str = "", written: str = "") -> Callable[[Tx], None] | str:
    """The operation that decides the card by a hand's key or a typed value; or what is wrong with it."""
    conflict = card.conflict
    entry = KINDS[conflict.kind]
    rule = entry.fields[conflict.field]
    if card.is_hidden:
        return _("What is closed cannot be decided. It opens once this PC was in touch with the province.")
    value: Value = as_stored(rule.name, written) or None
    if not value:
        chosen = conflict.sides[0].change if card.says_same else chosen
        side = next((one for one in conflict.sides if one.change == chosen), None)
        if side is None:
            return _("Choose one of the values, or write another.")
        if not side.is_readable:
            return _("What this PC cannot read cannot be chosen. Keep the value in use, or write another.")
        value = side.value if side.value is not None else rule.default
    fault = entry.checks[rule.name](value) or _wrong_number(rule.name, written)
    if fault is not None:
        return _(fault)
    return lambda tx: decide_shown(tx, conflict, value)
