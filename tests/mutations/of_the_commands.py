"""Faults in the administrator's commands: what they take for a word, what they ask, and what they say was done."""

from __future__ import annotations

from tests.mutations.fault import Fault

_PROGRAM = "sync/server/__main__.py"
_ORDERED = "sync/erasure/test_ordered_by_number_or_set_aside.py"
_NEVER = "sync/courier/test_of_whom_never_enrolled.py"

FAULTS = (
    Fault(
        name="a-terminal-of-few-letters-ends-the-command",
        file=_PROGRAM,
        old='"utf-8", errors="replace")',
        new='"utf-8", errors="strict")',
        tests=("sync/server/test_a_terminal_of_few_letters.py",),
    ),
    Fault(
        name="half-a-letter-takes-the-report-along",
        file=_PROGRAM,
        old='        sys.stdin.reconfigure(errors="replace")\n',
        new='        sys.stdin.reconfigure(errors="strict")\n',
        tests=("sync/server/test_told_in_loose_letters.py",),
    ),
    Fault(
        name="bytes-that-are-no-letters-are-a-word",
        file=_PROGRAM,
        old="        refuse_loose_bytes(args)\n",
        new="",
        tests=("sync/server/test_told_in_loose_letters.py",),
    ),
    Fault(
        name="a-desk-is-withdrawn-without-asking-where-it-is-served",
        file="sync/server/commands/opening.py",
        old="        refuse_moved(province)\n",
        new="",
        tests=("sync/server/test_answered_after_the_store_changed.py",),
    ),
    Fault(
        name="who-was-withdrawn-while-the-question-stood-is-answered",
        file="sync/server/identity/recovering.py",
        old='audited(connection, province, "recover", _caller(connection, asked, since_backup).desk)',
        new='audited(connection, province, "recover", asked)',
        tests=(
            "sync/server/test_answered_after_the_store_changed.py"
            "::test_nobody_is_answered_whose_pc_was_withdrawn_meanwhile",
        ),
    ),
    Fault(
        name="a-stopped-pc-is-answered-by-nobody",
        file="sync/server/identity/recovering.py",
        old="_ANSWERED = (ACTIVE, FROZEN)\n",
        new="_ANSWERED = (ACTIVE,)\n",
        tests=("sync/server/test_recover_for_a_stopped_pc.py::test_it_is_answered",),
    ),
    Fault(
        name="a-bundle-for-a-code-that-no-pc-used",
        file="sync/server/edge/courier.py",
        old="    if not state.sign_public:\n",
        new="    if state.status == desks.EXPECTED:\n",
        tests=(f"{_NEVER}::test_it_is_said_that_no_pc_is_there_and_not_that_something_is_damaged",),
    ),
    Fault(
        name="a-code-that-no-pc-used-is-to-destroy-a-register",
        file="sync/server/identity/desks.py",
        old="state.removal_at is None and bool(state.sign_public)\n",
        new="state.removal_at is None\n",
        tests=(f"{_NEVER}::test_no_register_is_promised_to_be_destroyed",),
    ),
    Fault(
        name="a-withdrawn-code-spoils-the-certificates-of-its-place",
        file="sync/server/identity/desks.py",
        old=".where(known, tables.desk.c.sign_public != _NO_KEY)",
        new=".where(known, tables.desk.c.status != EXPECTED)",
        tests=(f"{_NEVER}::test_the_other_desks_of_its_place_are_told_nothing_of_it",),
    ),
    Fault(
        name="of-two-children-with-one-number-it-is-the-first",
        file="sync/server/lifecycle/erasing.py",
        old="    if len(children) > 1:\n",
        new="    if False:\n",
        tests=(_ORDERED,),
    ),
    Fault(
        name="who-stands-in-what-was-set-aside-alone-is-nobody",
        file="sync/server/lifecycle/erasing.py",
        old="    return next((change.kind for change in _aside(connection, record)), None)\n",
        new="    return None\n",
        tests=(f"{_ORDERED}::test_a_child_whom_only_a_withdrawn_pc_registered_can_be_erased",),
    ),
    Fault(
        name="no-place-is-told-of-what-was-set-aside",
        file="sync/server/lifecycle/erasing.py",
        old="{one.scope: [(kind, record)] for one in _aside(connection, record)}",
        new="{}",
        tests=(
            f"{_ORDERED}::test_its_place_is_told_and_a_new_code_brings_nothing_back",
            f"{_ORDERED}::test_a_server_that_starts_does_not_erase_it_again",
        ),
    ),
    Fault(
        name="a-place-that-the-province-has-not-is-told",
        file="sync/server/lifecycle/erasing.py",
        old=" and change.scope in known]\n",
        new="]\n",
        tests=(f"{_ORDERED}::test_what_names_no_place_of_the_province_cannot_be_ordered",),
    ),
    Fault(
        name="who-was-set-aside-for-a-childs-sake-stays",
        file="sync/server/lifecycle/belonging.py",
        old=" or _brought_aside(connection, fresh, {**found, **made})",
        new="",
        tests=(f"{_ORDERED}::test_who_was_set_aside_for_the_childs_sake_goes_too",),
    ),
    Fault(
        name="whom-a-brother-set-aside-needs-goes-too",
        file="sync/server/lifecycle/belonging.py",
        old="        if record not in elsewhere and not _is",
        new="        if not _is",
        tests=(f"{_ORDERED}::test_but_not_whom_a_brother_needs",),
    ),
    Fault(
        name="a-server-that-recovers-has-no-such-database",
        file="sync/server/engine/postgres.py",
        old='    \'database "\': "3D000",\n',
        new='    "database ": "3D000",\n',
        tests=("sync/postgres/test_struck.py::test_while_it_recovers_nobody_is_told_to_make_a_database",),
    ),
    Fault(
        name="a-closed-database-is-called-missing",
        file="sync/server/engine/postgres.py",
        old='    "permission": "28",\n',
        new="",
        tests=("sync/postgres/test_commands.py::test_a_role_that_may_not_come_to_the_database_is_told_so",),
    ),
)
