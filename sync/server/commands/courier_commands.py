"""The commands for couriers: `bundle in` takes in what a stick brings, `bundle out` writes what it takes back."""

from __future__ import annotations

import errno
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from commune_desk.domain.words.errors import DeskError, Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync import bundle as bundles
from sync.purge_wire import REMOVED
from sync.refusals import SENTENCES
from sync.server.commands.console import Console
from sync.server.commands.opening import opened
from sync.server.commands.texts import harmless
from sync.server.edge import courier, courier_reply
from sync.server.edge.courier_answer import Answer
from sync.server.engine.private_files import write_private
from sync.server.identity.province import Province
from sync.server.intake.admission import Admission
from sync.server.lifecycle import erased_list
from sync.server.reasons import reason_of


class FileOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file; `refused` is a sentence, empty for one that was taken in."""

    file: str
    fingerprint: str = ""
    desk: str = ""
    refused: str = ""


class DeskStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Where a desk stands after its bundles: numbers of changes, ranges as first and last number."""

    desk: str
    taken: int
    quarantined: int
    held_n: int
    parked: list[tuple[int, int]]
    missing: list[tuple[int, int]]
    refused: list[str]
    removals: int
    """Signed words of the desk that came now: each says that what left its place with a change was removed there."""
    removed: bool
    """Whether one of them says that all goes: the desk was withdrawn, and its register is removed."""
    another_time: bool
    """Whether a bundle was written before the register was restored, so that no change of it was taken in."""
    replies: list[str]
    """Names of the files that were written."""
    not_written: str = ""
    """Why the reply, or the rest of it, was not: a sentence."""


def bundle(args: Namespace, console: Console) -> None:
    with closing(opened(args)) as province:
        erased_list.settle(province)  # of a database that was put back, as a server does before it serves anybody
        (_take_in if args.action == "in" else _give_out)(args, province, console)


def _take_in(args: Namespace, province: Province, console: Console) -> None:
    if args.reply is not None:
        _require_folder(args.reply)
    answers: dict[str, Answer] = {}
    outcomes = [_arrive(province, path, answers, console) for path in _files(province, args.file)]
    if not outcomes:
        raise Refusal(N_("There is no bundle for this province in what was named. Nothing was changed."))
    standings = [_reply_to(province, answer, args.reply, console) for answer in answers.values()]
    if args.json:
        console.json({"files": outcomes, "desks": standings})
    else:
        _tell(outcomes, standings, console)
    if any(one.not_written for one in standings):
        raise Refusal(
            N_("Not every reply was written; what was taken in is kept. Make room, then bring the same bundles again.")
        )
    refused = sum(bool(one.refused) for one in outcomes)
    if refused == len(outcomes) > 0:
        raise Refusal(N_("None of the files brought ({count}) can be used; they were not taken in."), count=refused)
    if refused:
        raise Refusal(
            N_("{refused} of {count} files were not taken in; the others were."), refused=refused, count=len(outcomes)
        )


def _files(province: Province, named: Sequence[Path]) -> Iterator[Path]:
    """What was named; of a folder the bundles that are for the province, since replies lie there too."""
    public = province.keys.courier.public
    for path in named:
        if not path.is_dir():
            yield path
            continue
        found = sorted(one for one in _entries(path) if one.suffix.lower() == bundles.SUFFIX)
        yield from (one for one in found if _may_be_for(one, public))


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise Fault(N_("The folder {path} cannot be read: {reason}."), path=folder, reason=reason_of(error)) from None


def _may_be_for(path: Path, public: bytes) -> bool:
    """Also a file that cannot be read now, or is no bundle any more, as one that was cut: it is told of in its turn."""
    try:
        head = _read(path, most=bundles.HEAD)
    except Fault:
        return True
    return bundles.is_for(head, public) or not bundles.is_any(head)


def _arrive(province: Province, path: Path, answers: dict[str, Answer], console: Console) -> FileOutcome:
    """Take in one file; one that does not hold stops none of the others."""
    fingerprint, name = "", path.name.encode(errors="replace").decode()  # it may hold bytes that are no letters
    try:
        data = _read(path, most=bundles.MAX_FILE + 1)
        fingerprint = bundles.fingerprint(data)
        arrived = courier.open_arrived(province, data)
        answer = answers.setdefault(arrived.header.sender, Answer(arrived.header.sender))
        courier.take_in_bundle(province, arrived, answer, admission=Admission(), label=fingerprint)
    except DeskError as error:
        return FileOutcome(file=name, fingerprint=fingerprint, refused=console.texts.error(error))
    return FileOutcome(file=name, fingerprint=fingerprint, desk=arrived.header.sender)


def _read(path: Path, *, most: int) -> bytes:
    try:
        if path.is_fifo():  # whoever opens one waits for somebody who writes into it
            raise OSError(errno.ESPIPE, os.strerror(errno.ESPIPE))
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=path, reason=reason_of(error)) from None


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise Refusal(N_("There is no folder {path}. Nothing was changed; name the folder of the stick."), path=folder)


def _reply_to(province: Province, answer: Answer, folder: Path | None, console: Console) -> DeskStanding:
    """Write the answer, as far as the stick takes it, and tell where the desk stands."""
    replies: list[str] = []
    not_written = ""
    try:
        replies += _write(province, answer, folder) if folder else ()
    except Fault as fault:
        not_written = console.texts.error(fault)
    held_n, parked = courier.standing(province, answer.desk)
    return DeskStanding(
        desk=answer.desk,
        taken=answer.taken,
        quarantined=answer.quarantined,
        held_n=held_n,
        parked=parked,
        missing=bundles.missing(held_n, parked),
        refused=answer.refused,
        removals=len(answer.words),
        removed=REMOVED in answer.words,
        another_time=answer.tells_only_the_epoch,
        replies=replies,
        not_written=not_written,
    )


def _write(province: Province, answer: Answer, folder: Path) -> Iterator[str]:
    """Write a desk's files one by one; their names. Raises Fault for a stick that is full or gone."""
    for data in courier_reply.reply(province, answer):
        yield write_bundle(folder, data)


def write_bundle(folder: Path, data: bytes) -> str:
    """Write a file for a desk; its name. Raises Fault for a stick that is full or gone."""
    name = bundles.file_name(data)
    write_private(folder / name, data, instead_of=bundles.NAME)
    return name


def _give_out(args: Namespace, province: Province, console: Console) -> None:
    _require_folder(args.to)
    desk = args.desk.upper()
    names = list(_write(province, Answer(desk), args.to))
    if args.json:
        console.json({"desk": desk, "replies": names})
        return
    _tell_written(desk, names, console)


def _tell(outcomes: Sequence[FileOutcome], standings: Sequence[DeskStanding], console: Console) -> None:
    for one in outcomes:
        if one.refused:
            named = " ".join(filter(None, (harmless(one.file), one.fingerprint)))
            console.line(f"{named}: {one.refused}")
        else:
            console.say(
                N_("{file}: bundle of desk {desk}, fingerprint {fingerprint}."),
                file=one.file,
                desk=one.desk,
                fingerprint=one.fingerprint,
            )
    for standing in standings:
        _tell_desk(standing, console)


def _tell_desk(standing: DeskStanding, console: Console) -> None:
    console.say(
        N_("Desk {desk}: changes taken in: {taken}, of them set aside: {quarantined}; all up to {held} are here."),
        desk=standing.desk,
        taken=standing.taken,
        quarantined=standing.quarantined,
        held=standing.held_n,
    )
    for first, last in standing.missing:
        console.say(
            N_("Changes {first} to {last} are missing; what came after them waits here. Bring the earlier bundles."),
            first=first,
            last=last,
        )
    for code in standing.refused:
        console.say(SENTENCES[code])
    if standing.removed:
        console.say(
            N_(
                "Desk {desk} has sent all it wrote and signed that it removes its register. Have this reply read in "
                "there: with it the register goes."
            ),
            desk=standing.desk,
        )
    elif standing.removals:
        console.say(
            N_("Desk {desk} signed that it removed what left its place: {count} times."),
            desk=standing.desk,
            count=standing.removals,
        )
    if standing.another_time:
        console.say(
            N_(
                "Desk {desk} wrote before this register was restored, so none of these changes were taken in. "
                "Nothing is lost: have the reply read in there, and its next bundle brings all that is missing here."
            ),
            desk=standing.desk,
        )
    _tell_replies(standing, console)


def _tell_replies(standing: DeskStanding, console: Console) -> None:
    _tell_written(standing.desk, standing.replies, console)
    if standing.not_written:
        console.line(standing.not_written)
    elif not standing.replies:
        console.say(N_("No reply was written. For receipts, name a folder with --reply."))


def _tell_written(desk: str, names: Sequence[str], console: Console) -> None:
    for name in names:
        console.say(N_("Written for desk {desk}: {file}"), desk=desk, file=name)
