"""The commands that look after the store itself: bringing it up to a new program, moving it to another engine."""

from __future__ import annotations

import shutil
from argparse import Namespace
from contextlib import ExitStack, closing
from pathlib import Path

from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync.server.commands.console import Console
from sync.server.commands.opening import opened
from sync.server.engine import address
from sync.server.engine.database import Database
from sync.server.engine.private_files import make_folder, write_private
from sync.server.identity.only_process import only_process
from sync.server.identity.province import Province
from sync.server.identity.stores import bring_up, new_store, prepare
from sync.server.lifecycle import erased_list, moving
from sync.server.lifecycle.backups import FILES
from sync.server.reasons import reason_of


def upgrade(args: Namespace, console: Console) -> None:
    """Bring a PostgreSQL store to this program's schema; the embedded one does that whenever it is opened."""
    where = address.remembered(args.data)
    if where is None:
        raise Refusal(N_("This province keeps its data in the embedded engine, which brings itself up to date."))
    bring_up(where)
    console.say(N_("The database is up to date. Start the servers again."))


def migrate_store(args: Namespace, console: Console) -> None:
    """Move a province to another engine, into a new data folder. The old one is kept, and serves no more."""
    if args.new_data.resolve().is_relative_to(args.data.resolve()):
        raise Refusal(
            N_("The folder {path} lies in the old one, which is to be put away. Nothing was changed; name another."),
            path=args.new_data,
        )
    where = address.read_url(args.to, owner=args.owner) if args.to else None
    with closing(opened(args)) as source, only_process(source):
        if where is not None:
            prepare(where)
        make_folder(args.new_data)
        with ExitStack() as undo:
            undo.callback(shutil.rmtree, args.new_data, ignore_errors=True)
            with closing(new_store(args.new_data, source.keys, where)) as target:
                _moved(source, target, args.new_data, console)
            undo.pop_all()
        moving.leave(source, args.new_data)
    console.say(
        N_(
            "Done: every feed, record and conflict came out as it was. Serve from now on with --data {data}, "
            "and put {old} away."
        ),
        data=args.new_data,
        old=args.data,
    )


def _moved(source: Province, target: Database, data: Path, console: Console) -> None:
    console.say(N_("Replaying the log…"))
    moving.move(source, target, progress=lambda done: console.say(N_("Changes replayed so far: {number}"), number=done))
    for name in (*FILES, erased_list.FILE):
        if name in FILES or (source.data / name).exists():
            _copy(source.data / name, data / name)
    moving.finish(source, target)


def _copy(old: Path, new: Path) -> None:
    try:
        content = old.read_bytes()
    except OSError as error:
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=old, reason=reason_of(error)) from None
    write_private(new, content)
