"""Faults where a command of the province or a desk is cut short, a disk is full, or two give a command at a time."""

from __future__ import annotations

from tests.mutations.fault import Fault

_ERASE = "sync/server/commands/erase_commands.py"
_CUT_SHORT = "sync/erasure/test_cut_short.py"
_STRUCK = "simulator/test_struck.py::test_whichever_statement_meets_trouble_while_children_move_nothing_is_lost"
_IN_TWO = '.connection.execute("COMMIT")\n', '.connection.execute("BEGIN IMMEDIATE")\n'
_REMOVED = "        removed = sum(_remove(tx, kind, record, keeps_drafts=is_back) for kind, record in leaving)\n"
_IS_GONE = '        db.execute("UPDATE departure SET is_gone=1 WHERE change=?", (change,))\n'

_ROWS = (
    "        for event, line in events:\n            self._event(event, line)\n        self.finish()\n"
    "        unheard_ends.note(self._tx, self._first)\n        for scope, position in positions.items():\n"
)

FAULTS = (
    Fault(
        name="a-cursor-is-on-the-disk-before-its-rows",
        file="commune_desk/store/intake/incoming.py",
        old=_ROWS,
        new="        for scope, position in positions.items():\n            self._move_cursor(scope, position)\n"
        + "".join(f"        self._tx{one}" for one in _IN_TWO)
        + _ROWS,
        tests=(_STRUCK,),
    ),
    Fault(
        name="a-leave-is-over-before-its-rows-are-gone",
        file="commune_desk/store/intake/departures.py",
        old=_REMOVED,
        new=_IS_GONE + "".join(f"        tx{one}" for one in _IN_TWO) + _REMOVED,
        tests=(_STRUCK,),
    ),
    Fault(
        name="a-bug-prints-the-row-that-it-met",
        file="sync/server/__main__.py",
        old='        yield f"{type(following).__module__}.{type(following).__qualname__}"\n',
        new='        yield f"{type(following).__module__}.{type(following).__qualname__}: {following}"\n',
        tests=("sync/server/test_bugs_at_commands.py",),
    ),
    Fault(
        name="an-erasure-that-was-cut-stays-off-the-list",
        file=_ERASE,
        old="        erased_list.settle(province)  # one that was cut short before may have left it behind\n",
        new="",
        tests=(_CUT_SHORT,),
    ),
    Fault(
        name="an-erasure-whose-list-failed-is-told-as-nothing-done",
        file=_ERASE,
        old="    try:\n        erased_list.settle(province)\n    except Fault:\n",
        new="    erased_list.settle(province)\n    try:\n        pass\n    except Fault:\n",
        tests=(_CUT_SHORT,),
    ),
    Fault(
        name="a-restore-broken-off-is-no-province",
        file="sync/server/identity/stores.py",
        old='        if (data / FRESH).exists() or any(data.glob(f"{ASIDE}*")):\n',
        new="        if False:\n",
        tests=("sync/put_back/test_restore_broken_off.py",),
    ),
    Fault(
        name="half-a-province-stays",
        file="sync/server/lifecycle/founding.py",
        old="        undo.callback(_take_away, data, secret)\n",
        new="",
        tests=("sync/server/test_founded_again.py",),
    ),
    Fault(
        name="the-second-who-decides-undoes-the-first",
        file="sync/server/commands/policy_commands.py",
        old='    province.database.one_after_another(connection, "policy")\n',
        new="",
        tests=("sync/server/test_decided_at_one_time.py",),
    ),
    Fault(
        name="a-backup-with-half-a-certificate-counts",
        file="sync/server/lifecycle/backups.py",
        old="    valid_until(province.ca)  # a backup with half of one enrols nobody\n",
        new="",
        tests=("sync/server/test_renewed.py",),
    ),
    Fault(
        name="two-backups-at-one-time-clear-each-other-away",
        file="sync/server/lifecycle/backups.py",
        old="    with only_backup(province.data):\n        made",
        new="    if True:\n        made",
        tests=("sync/put_back/test_two_backups_at_once.py",),
    ),
    Fault(
        name="a-certificate-is-new-though-nothing-was-changed",
        file="sync/server/commands/commands.py",
        old="    note_hosts(connection, province, hosts)\n    keys = province.keys\n"
        "    write_certificates(province.data, keys.ca(province.ca), keys, hosts, clock=province.clock)\n",
        new="    keys = province.keys\n"
        "    write_certificates(province.data, keys.ca(province.ca), keys, hosts, clock=province.clock)\n"
        "    note_hosts(connection, province, hosts)\n",
        tests=("sync/server/test_database_refuses.py",),
    ),
)
