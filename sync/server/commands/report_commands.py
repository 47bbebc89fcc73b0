"""Handing down what 111 or 1800.1769 heard: what was told is asked for, so that no list of processes shows it."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path

from commune_desk.domain.model.record import Value
from commune_desk.domain.time.clock import from_iso
from commune_desk.domain.vietnamese.text import visible
from commune_desk.domain.words.errors import Fault, Invalid
from commune_desk.domain.words.labels import N_
from sync.server.commands.console import Console, local_time
from sync.server.commands.opening import opened
from sync.server.identity.places import place_name
from sync.server.intake.reports_in import (
    hand_down,
    naming,
    read_received,
    read_report_file,
    refuse_wrong,
    values_of_file,
)
from sync.server.reasons import reason_of

Told = tuple[str, dict[str, Value]]
"""The code of a commune, and the fields of a report for it."""

_SILENT = timedelta(hours=1)
"""Of a place's desks: whoever has a line and is at work syncs oftener."""
_STANDARD_INPUT = Path("-")
_ASKED = {
    "place": N_("Where it happens: "),
    "child_name": N_("The child's name, if known: "),
    "reporter_name": N_("Who told it, if known: "),
    "reporter_contact": N_("How to reach who told it, if known: "),
}
_NEEDED = ("place", "description")
_DESCRIPTION = N_("What was told; it is sealed for the commune. A line with a full stop alone ends it.")
_END = "."
"""As in mail: an empty line may be amid what somebody pastes, and the rest would go to the shell as commands."""


def report_in(args: Namespace, console: Console) -> None:
    reports = _in_file(args.from_file) if args.from_file is not None else [_typed(args, console)]
    with closing(opened(args)) as province:
        handed, now = hand_down(province, reports), province.clock.now()
    if args.json:
        console.json(handed)
        return
    for done in handed:
        console.say(
            N_("Handed down to {place} ({scope}): report {record}."),
            place=place_name(done.scope),
            scope=done.scope,
            record=done.record,
        )
        if done.like:
            console.say(
                N_(
                    "One of the same place, source and hour stood there before: report {record}. If it is the same "
                    "one, tell the commune, which has both."
                ),
                record=done.like,
            )
        if not done.desks:
            console.say(N_("No desk of this place is enrolled yet, so nobody will see it: telephone at once."))
        elif not done.heard_at or now - from_iso(done.heard_at) > _SILENT:
            console.say(
                N_("The last contact of its desks: {at}. If nobody takes it up soon, telephone."),
                at=local_time(done.heard_at) if done.heard_at else "–",
            )


def _in_file(path: Path) -> list[Told]:
    try:
        content = sys.stdin.buffer.read() if path == _STANDARD_INPUT else path.read_bytes()
    except OSError as error:
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=path, reason=reason_of(error)) from None
    found, reports = read_report_file(content), []
    for number, report in enumerate(found, 1):
        with naming(number, len(found)):
            reports.append((report.commune, _known(values_of_file(report).items())))
    if not reports:
        raise Invalid(N_("The file {path} holds no report. Nothing was written."), path=path)
    return reports


def _typed(args: Namespace, console: Console) -> Told:
    """The report of a command line; at a terminal, what it does not tell of the child is asked for."""
    _refuse_without(args, "commune", "received")
    received_at = read_received(args.received)
    if console.is_at_terminal and not (args.place and args.description):
        with closing(opened(args)) as province:  # before somebody writes down what is told: it would be for nothing
            now = province.clock.now()
        refuse_wrong(args.commune, _values(args, received_at), now)
        _ask_for_the_rest(args, console, lambda: refuse_wrong(args.commune, _values(args, received_at), now))
    _refuse_without(args, *_NEEDED)
    return args.commune, _values(args, received_at)


def _values(args: Namespace, received_at: str) -> dict[str, Value]:
    values = {
        "received_at": received_at,
        "source": args.source,
        "child_age": args.age,
        "child_sex": args.sex,
        "description": args.description,
        **{name: getattr(args, name) for name in _ASKED},
    }
    return _known(values.items())


def _ask_for_the_rest(args: Namespace, console: Console, refuse: Callable[[], None]) -> None:
    """Line by line: a terminal hands over no longer ones than some four thousand bytes.

    What does not hold is asked for once more: all that was written down before would be lost.
    """
    for name, question in _ASKED.items():
        if getattr(args, name) is None:
            text = console.texts.say(question)
            _ask_until_it_holds(args, name, console, partial(console.ask, text), refuse)
    if args.description is None:
        _ask_until_it_holds(args, "description", console, partial(_ask_for_lines, console), refuse)


def _ask_for_lines(console: Console) -> str:
    console.say(_DESCRIPTION)
    lines = iter(lambda: console.ask("> "), None)
    return "\n".join(takewhile(lambda line: line.strip() != _END, lines)).strip()


def _ask_until_it_holds(
    args: Namespace, name: str, console: Console, ask: Callable[[], str], refuse: Callable[[], None]
) -> None:
    while True:
        setattr(args, name, ask())
        try:
            if name in _NEEDED and not visible(getattr(args, name)).strip():
                raise Invalid(N_("Some fields are missing."), fields={name: N_("Please fill this in.")})
            return refuse()
        except Invalid as invalid:
            console.line(console.texts.error(invalid))


def _refuse_without(args: Namespace, *needed: str) -> None:
    missing = [f"--{name}" for name in needed if not (getattr(args, name) or "").strip()]
    if missing:
        raise Invalid(N_("Still needed: {options}. Nothing was written."), options=", ".join(missing))


def _known(values: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """As a form keeps it, and without what is blank: nobody said it."""
    kept = ((name, visible(value) if isinstance(value, str) else value) for name, value in values)
    return {name: value for name, value in kept if value is not None and str(value).strip()}
