"""The command that erases by law: who ordered it and why is asked, and whether it is really meant."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from contextlib import closing, suppress

from sqlalchemy import Connection

from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.errors import Fault, Invalid, Refusal
from commune_desk.domain.words.labels import N_
from sync.server.answers.snapshots import forget_snapshots
from sync.server.commands.console import Console, local_time
from sync.server.commands.opening import opened
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.places import place_name
from sync.server.identity.province import Province
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.emptying import Emptied
from sync.server.lifecycle.erasing import Act, Ordered, erase, found, planned
from sync.server.lifecycle.erasure_status import ErasureStatus, erasures

_MOST_CHARS = 200


def run(args: Namespace, console: Console) -> None:
    """Nothing is held open while the question stands: the store may be another when it is answered."""
    ordered = Ordered(_checked(args.who), _checked(args.why))
    with closing(opened(args)) as province:
        erased_list.settle(province)  # one that was cut short before may have left it behind
        act = province.database.read(lambda connection: _plan(connection, province, args.record), WHOLE_PROVINCE)
    if not args.json:
        _show(act, console)
    if not args.yes and not _is_meant(act, console):
        raise Refusal(N_("The id is another. Nothing was erased."))
    with closing(opened(args)) as province:
        done, emptied = province.database.write(
            lambda connection: erase(connection, province, *found(connection, act.record), ordered), WHOLE_PROVINCE
        )
        _settle(province, emptied)
    if args.json:
        console.json({"act": done.id, "records": len(done.records), "scopes": sorted(done.scopes)})
        return
    console.say(
        N_("Erased: records: {records}; changes whose words went: {changes}; files: {files}. It is in the audit log."),
        records=len(done.records),
        changes=emptied.changes + emptied.aside,
        files=emptied.files,
    )
    console.say(
        N_(
            "Desks erase it at their next contact, and sign that they did; see: erasures. Backups made before now "
            "still hold it: make a new one and destroy the older ones. Keep {path} with the backups: with it none of "
            "them brings anything back."
        ),
        path=province.data / erased_list.FILE,
    )


def _settle(province: Province, emptied: Emptied) -> None:
    """What lies beside the database follows it. Raises Fault, which says that the erasure itself stands."""
    with suppress(OSError):  # the server takes away by itself what stands in no row
        forget_snapshots(province, emptied.snapshots)
    try:
        erased_list.settle(province)
    except Fault:
        raise Fault(
            N_(
                "It is erased, but the list {path} could not be brought up to date, and without it a backup brings it "
                "back. Make room or mend its rights, then run: commune-desk-server erasures"
            ),
            path=province.data / erased_list.FILE,
        ) from None
    if not erased_list.cut_log(province):
        raise _log_is_read()


def _log_is_read() -> Fault:
    return Fault(
        N_(
            "It is erased, but the log of the database is being read, or the disk refuses, and whoever has the "
            "key-file could find it there until it is cut off. Wait a minute, then run: commune-desk-server erasures"
        )
    )


def _plan(connection: Connection, province: Province, word: str) -> Act:
    return planned(connection, province, *found(connection, word))


def _checked(text: str) -> str:
    """What is said in one line of the audit log. Raises Invalid."""
    said = " ".join(text.split())
    if not said or len(said) > _MOST_CHARS or not said.isprintable():
        raise Invalid(
            N_("Say with --who and --why in up to 200 letters who ordered it and on what ground. Nothing was erased.")
        )
    return said


def _show(act: Act, console: Console) -> None:
    say = console.texts.say
    counts = Counter(kind for kind, _ in act.records)
    console.say(
        N_("Record {record} would be erased with all that speaks of it: {counts}."),
        record=act.record,
        counts=", ".join(f"{say(KINDS[kind].label)} {number}" for kind, number in sorted(counts.items())),
    )
    console.say(N_("Places that hold or held it: {places}."), places=", ".join(map(_place, act.scopes)))


def _place(scope: str) -> str:
    name = place_name(scope)
    return scope if name == scope else f"{name} ({scope})"


def _is_meant(act: Act, console: Console) -> bool:
    console.say(
        N_(
            "This cannot be taken back: neither here nor at any desk will anything of it be left but ids, numbers and "
            "hashes."
        )
    )
    asked = console.texts.say(N_("Type its id once more to go on: "))
    return console.ask(asked).strip().lower() == act.record


def show(args: Namespace, console: Console) -> None:
    """What was erased, and how far the desks are; the list beside the database and its log are brought up to date."""
    with closing(opened(args)) as province:
        erased_list.settle(province)
        found = province.database.read(erasures, WHOLE_PROVINCE)
        is_cut = not found or erased_list.cut_log(province)
    if args.json:
        console.json(found)
    elif not found:
        console.say(N_("Nothing was erased by law."))
    else:
        for one in found:
            _print(one, console)
    if not is_cut:
        raise _log_is_read()


def _print(one: ErasureStatus, console: Console) -> None:
    console.say(
        N_("{when}: {kind} {record}, {records} records; {who}; {why}"),
        when=local_time(one.at),
        kind=console.texts.say(KINDS[one.kind].label),
        record=one.record,
        records=one.records,
        who=one.who,
        why=one.why,
    )
    console.say(
        N_("    signed by desks: {signed}; have yet to hear of it: {waiting}"),
        signed=", ".join(one.signed) or "-",
        waiting=", ".join(one.waiting) or "-",
    )


COMMANDS = {"erase": run, "erasures": show}
