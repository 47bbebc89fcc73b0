"""What people do at the desks, with or without a line: each of it one action that a course of events may draw."""

from __future__ import annotations

from typing import Any

from commune_desk.domain.model.record import Record
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.intake.conflicts import OpenConflict, open_conflicts
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync.server.intake.reports_in import hand_down
from tests.helpers.builders import make_child, make_notice, make_person, make_report, make_visit, save_all
from tests.simulator.office import SHELTER
from tests.simulator.oracle import FILE, PERSON, TRACKED, Subject
from tests.simulator.pc import Form, Pc
from tests.simulator.world import World

VALUES: dict[str, tuple[Any, ...]] = {
    "phone": ("0912000001", "0912000002", "0912000003"),
    "occupation": ("nông dân", "thợ mỏ", None),
    "risk_level": ("low", "medium", "high"),
    "status": ("active", "moved_away", "closed"),
    "disability_types": ((), ("dt1",), ("dt1", "dt2"), ("dt2", "dt3")),
    "description": ("Nghe tiếng khóc.", "Cháu kể bị đánh.", "Đã đến nhà."),
}
_MOST_RECORDS = 5


def register_child(world: World, pc: Pc) -> str:
    if len(known(world, pc)) > _MOST_RECORDS:
        return "enough"
    with world.at(pc):
        if pc.is_shelter:
            pc.write(save_all(make_person(scope=SHELTER)))
        else:
            person, file = make_child()
            pc.write(save_all(person))
            pc.write(save_all(file))
    return ""


def visit_or_tell(world: World, pc: Pc) -> str:
    """Write something that is written once: a visit; from the shelter, a notice into the commune's scope."""
    with world.at(pc):
        if pc.is_shelter:
            pc.write(save_all(make_notice()))
            return "notice"
        people = known(world, pc, PERSON)
        if not people:
            return "nobody"
        pc.write(save_all(make_visit(world.chance.choice(people)[1].id)))
    return ""


def report(world: World, pc: Pc) -> str:
    if pc.is_shelter or len(known(world, pc)) > _MOST_RECORDS:
        return "enough"
    with world.at(pc):
        pc.write(save_all(make_report(description=world.chance.choice(VALUES["description"]))))
    return ""


def report_from_province(world: World, pc: Pc) -> str:
    """The province writes into the commune's scope under its own name."""
    values = {"received_at": "2026-11-22T15:40:00Z", "source": "111", "place": "Khe Lạc"}
    with world.server.disk.unseen():
        text = world.chance.choice(VALUES["description"])
        hand_down(world.server.province, [("06838", {**values, "description": text})])
    return ""


def known(world: World, pc: Pc, kind: str = "") -> list[tuple[Subject, Record]]:
    """The tracked records that the desk's screen shows, of one kind or of all."""
    found = []
    for record, subject in world.oracle.subjects.items():
        if subject.scope == pc.scope and kind in ("", subject.kind) and (seen := pc.look(subject.kind, record)):
            found.append((subject, seen))
    return found


def form(world: World, pc: Pc) -> Form | None:
    """Open a form on some record and decide what to write into one field of it; None when there is nothing to edit."""
    world.tell_oracle()
    fields = [(*one, name) for one in known(world, pc) for name in TRACKED[one[0].kind] if name in world.focus]
    if not fields:
        return None
    subject, before, name = world.chance.choice(fields)
    value = world.chance.choice(VALUES[name])
    if getattr(before, name) == value:
        return None
    cursor = world.cursor(pc, subject.scope)
    base = subject.view(pc.number).base(subject.model, cursor, name)
    if pc.register.is_closed and KINDS[subject.kind].fields[name].data.is_sealed:
        base = None  # the lease has run out: the form stands empty, and nobody saw what it would replace
    return pc.open_form(before, name, value, base)


def edit(world: World, pc: Pc) -> str:
    with world.at(pc):
        opened = form(world, pc)
        if opened is None:
            return "nothing"
        pc.submit(opened)
        pc.settle()
    return f"{opened.name} {opened.value}"


def open_form(world: World, pc: Pc) -> str:
    """Leave a form open, whatever happens meanwhile."""
    with world.at(pc):
        pc.form = form(world, pc)
    return pc.form.name if pc.form else "nothing"


def save_form(world: World, pc: Pc) -> str:
    if pc.form is None:
        return "none open"
    opened, pc.form = pc.form, None
    with world.at(pc):
        pc.submit(opened)
        pc.settle()
    return f"{opened.name} {opened.value}"


def decide(world: World, pc: Pc) -> str:
    """An officer decides one of the conflicts that the desk shows."""
    world.tell_oracle()
    waiting = [one for one in open_conflicts(pc.register.reader) if one.field in VALUES]
    if not waiting:
        return "none"
    one = world.chance.choice(waiting)
    value = world.chance.choice(VALUES[one.field])
    settle_conflict(world, pc, one, value)
    return f"{one.field} {value}"


def settle_conflict(world: World, pc: Pc, one: OpenConflict, value: Any) -> None:
    subject = world.oracle.subjects[one.record]
    base = subject.view(pc.number).base(subject.model, world.cursor(pc, subject.scope), one.field)
    with world.at(pc):
        pc.write(
            lambda tx: decide_conflict(tx, kind=one.kind, record=one.record, field=one.field, ids=one.ids, value=value),
            base,
        )


__all__ = ["FILE", "VALUES", "decide", "edit", "form", "known", "open_form", "register_child", "report", "save_form"]
