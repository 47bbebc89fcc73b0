"""What each command does and prints. Personal data goes in, never out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import is_shelter_scope
from commune_desk.domain.time.clock import SystemClock, from_iso
from commune_desk.domain.words.errors import Fault, Invalid, Refusal
from commune_desk.domain.words.labels import N_
from sync.server.commands import admit_commands, backup_commands, erase_commands, policy_commands, proof_commands
from sync.server.commands.console import Console, local_time
from sync.server.commands.courier_commands import bundle
from sync.server.commands.desk_table import print_desks, warn_of_desks
from sync.server.commands.opening import opened
from sync.server.commands.report_commands import report_in
from sync.server.commands.store_commands import migrate_store, upgrade
from sync.server.edge.enrolment import LONGEST, LONGEST_LABEL, EnrolCode, make_code
from sync.server.engine.address import read_url
from sync.server.engine.database import NO_SCOPE, WHOLE_PROVINCE
from sync.server.identity import desks, recovering
from sync.server.identity.authority import names_of, valid_from, valid_until
from sync.server.identity.places import NO_PLACE, checked_scope
from sync.server.identity.province import CERT_FILE, HOSTS, Province, fact, note_hosts
from sync.server.identity.scopes import ensure_communes, place_names
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.founding import check_hosts, found, write_certificates
from sync.server.lifecycle.status import DeskStatus, desk_list, read_status
from sync.spelling import spell

MOST_HOURS = LONGEST // timedelta(hours=1)
ROLES = {
    "C": (Role.COMMUNE_OFFICER, Role.CHAIR),
    "S": (Role.SHELTER_WORKER, Role.SHELTER_HEAD),
}
"""The roles that a desk may have in a place of each kind; the first is the usual one. None works in the province's."""


def init(args: Namespace, console: Console) -> None:
    where = read_url(args.database, owner=args.owner) if args.database else None
    made = found(args.data, args.key_file, name=args.name, hosts=args.host, clock=SystemClock(), where=where)
    with closing(made) as province:
        console.say(N_("Done: {name} in {data}."), name=province.name, data=args.data)
        console.say(N_("Fingerprint of the authority: {fingerprint}"), fingerprint=spell(province.fingerprint[:10]))
    console.say(
        N_(
            "The key-file is {path}. Whoever has it and the data folder can read everything: keep a copy on two USB "
            "sticks in two safes, and never beside the data or its backups. Without it the data cannot be opened."
        ),
        path=args.key_file,
    )


def serve(args: Namespace, console: Console) -> None:
    from sync.server.edge.serving import serve as listen  # the web server loads only for the command that needs it

    if not 0 <= args.port < 1 << 16:
        raise Invalid(N_("A port is a number from 0 to 65535."))
    with closing(opened(args)) as province:
        _judge_certificate(province, console)
        escrow = province.escrow_public
        province.database.write(lambda connection: ensure_communes(connection, escrow_public=escrow), WHOLE_PROVINCE)
        if again := erased_list.settle(province):
            console.say(N_("Erased again, for the database was put back from a backup: {count}."), count=again)
        settle = partial(erased_list.settle, province)
        listen(province, args.host, args.port, ready=lambda address: console.line(f"ready {address}"), settle=settle)
    console.say(N_("Stopped."))


def _judge_certificate(province: Province, console: Console) -> None:
    """Say when it runs out soon, or has not begun by this server's clock. Raises Fault for one that cannot be read."""
    try:
        pem = (province.data / CERT_FILE).read_bytes()
    except OSError:
        raise Fault(
            N_("The certificate in {path} cannot be read; run: commune-desk-server renew"), path=province.data
        ) from None
    now, until = province.clock.now(), valid_until(pem)
    if now < valid_from(pem):
        console.say(
            N_(
                "By this server's clock it is {day}, before its certificate was made, and no desk gets through. Set "
                "the clock right; if it is right, it was wrong when the certificate was made: run commune-desk-server "
                "renew"
            ),
            day=now.strftime("%d/%m/%Y"),
        )
    if (until - now).days < 60:
        console.say(
            N_("The server's certificate runs out on {day}; run: commune-desk-server renew"),
            day=until.strftime("%d/%m/%Y"),
        )


def renew(args: Namespace, console: Console) -> None:
    with closing(opened(args)) as province:
        hosts = args.host or _present_hosts(province)
        check_hosts(hosts)
        province.database.write(lambda connection: _renewed(connection, province, hosts), WHOLE_PROVINCE)
    console.say(N_("The certificate is made anew. Start the server again to use it."))


def _renewed(connection: Connection, province: Province, hosts: list[str]) -> None:
    """Last what lies beside the database: where that refuses, nothing was changed."""
    note_hosts(connection, province, hosts)
    keys = province.keys
    write_certificates(province.data, keys.ca(province.ca), keys, hosts, clock=province.clock)


def _present_hosts(province: Province) -> list[str]:
    """What desks reach the server by: what its certificate is for, and where that cannot be read, what was noted."""
    with suppress(Fault, OSError):
        return names_of((province.data / CERT_FILE).read_bytes())
    return province.database.read(lambda connection: fact(connection, HOSTS), NO_SCOPE).split()


def enrol_code(args: Namespace, console: Console) -> None:
    grants = {scope: _role(scope, args.role) for scope in map(checked_scope, args.scope)}
    if len(grants) > 1:
        raise Invalid(N_("A desk works in one place: give one --scope. No code was made."))
    if max(len(args.label), len(args.name)) > LONGEST_LABEL:
        raise Invalid(N_("A label or a name has at most {most} characters. No code was made."), most=LONGEST_LABEL)
    if args.hours < 1:
        raise Invalid(N_("A code must be good for at least one hour."))
    if args.hours > MOST_HOURS:
        raise Invalid(N_("A code may be good for 30 days (720 hours) at most."))
    with closing(opened(args)) as province:
        code = province.database.write(lambda connection: _coded(connection, province, grants, args), WHOLE_PROVINCE)
    if args.json:
        console.json({"code": code.code, "desk": code.desk, "expires_at": code.expires_at})
        return
    console.say(N_("Code: {code}"), code=code.code)
    console.say(N_("Desk: {desk}, {scopes}"), desk=code.desk, scopes=", ".join(grants))
    console.say(
        N_("Read it out to the officer in person or by telephone. It is good once, until {until}."),
        until=local_time(code.expires_at),
    )


def _coded(connection: Connection, province: Province, grants: dict[str, Role], args: Namespace) -> EnrolCode:
    """No code begins a shelter without a name: one that was mistyped would stand in the lists of all desks for good."""
    for scope in grants:
        if is_shelter_scope(scope) and not args.name and scope not in place_names(connection, [scope]):
            raise Refusal(
                N_("There is no shelter {scope} here yet. If it is a new one, name it: --name. No code was made."),
                scope=scope,
            )
    return make_code(connection, province, grants, label=args.label, hours=args.hours, name=args.name)


def _role(scope: str, named: str | None) -> Role:
    fitting = ROLES.get(scope[0], ())
    if not fitting:
        raise Invalid(NO_PLACE, scope=scope)
    if named is None:
        return fitting[0]
    if Role(named) not in fitting:
        raise Refusal(N_("The role {role} does not fit {scope}. No code was made."), role=named, scope=scope)
    return Role(named)


def desk(args: Namespace, console: Console) -> None:
    if args.action in _ON_ONE:
        _ON_ONE[args.action](args, console)
        return
    with closing(opened(args)) as province:
        listed = province.database.read(desk_list, WHOLE_PROVINCE)
    if args.json:
        console.json(listed)
    else:
        print_desks(listed, console)


_REMOVAL = N_(
    "At its next contact it sends all that waits and then destroys its register and keys. This cannot be taken back."
)


def _revoke(args: Namespace, console: Console) -> None:
    """Nothing is held open while the question stands: the store may be another when it is answered."""
    named = args.desk.upper()
    with closing(opened(args)) as province:
        shown = province.database.read(lambda connection: _revocable(connection, named, args.remove), WHOLE_PROVINCE)
    if not args.yes and not _is_meant(shown, args.remove, console):
        raise Refusal(N_("The id is another. Desk {desk} stays in service."), desk=named)
    with closing(opened(args)) as province:
        former = province.database.write(
            lambda connection: desks.revoke(connection, province, named, removes=args.remove), WHOLE_PROVINCE
        )
    if not former.sign_public:
        console.say(N_("No PC has used the code of desk {desk}, and none can any more."), desk=named)
        return
    console.say(N_("Desk {desk} is out of service. What it still sends is kept aside; see: status"), desk=named)
    if args.remove:
        console.say(_REMOVAL)


def _is_meant(shown: DeskStatus, removes: bool, console: Console) -> bool:
    console.say(
        N_("Desk {desk}: {label}, {scopes}, last contact {seen}."),
        desk=shown.desk,
        label=shown.label or "–",
        scopes=", ".join(shown.scopes),
        seen=local_time(shown.seen_at) if shown.seen_at else "–",
    )
    if shown.status == desks.EXPECTED:
        console.say(N_("No PC has used its code yet, and none can any more then."))
    else:
        console.say(
            N_(
                "Once it is out of service it receives nothing any more, and what it still sends is kept aside. "
                "It comes back only with a new enrolment code."
            )
        )
    if removes:
        console.say(_REMOVAL)
    asked = console.texts.say(N_("Type its id once more to go on: "))
    return console.ask(asked).strip().upper() == shown.desk


_ON_ONE = {"revoke": _revoke, "admit": admit_commands.run}


def _revocable(connection: Connection, named: str, removes: bool) -> DeskStatus:
    desks.revocable(connection, named, removes=removes)
    return next(one for one in desk_list(connection) if one.desk == named)


def recover(args: Namespace, console: Console) -> None:
    """As `_revoke`: whose passphrase it is may have been withdrawn before the question is answered."""
    request = " ".join(args.request)
    with closing(opened(args)) as province:
        caller = recovering.who_asks(province, request, since_backup=args.since_backup)
    if not args.json:
        known = N_("Desk {desk} asks: {label}, {scopes}.")
        unknown = N_("Desk {desk} asks. It is not known here; whoever has its PC may be asking.")
        text = known if caller.scopes else unknown
        console.say(text, desk=caller.desk, label=caller.label, scopes=caller.scopes)
    if not args.yes and not _agreed(console):
        raise Refusal(N_("No answer was given."))
    with closing(opened(args)) as province:
        answer = recovering.answer(province, request, since_backup=args.since_backup)
    if args.json:
        console.json({"desk": caller.desk, "answer": answer})
        return
    console.say(N_("Read out: {answer}"), answer=answer)
    console.say(N_("This was written into the audit log."))


def _agreed(console: Console) -> bool:
    question = N_("Do you know the officer who is calling, and did you call back on the office's number? (yes/no) ")
    return console.ask(console.texts.say(question)).strip().lower() in ("yes", "y", "có", "co")


def status(args: Namespace, console: Console) -> None:
    with closing(opened(args)) as province:
        found_status = read_status(province)
    if args.json:
        console.json(found_status)
        return
    console.say(N_("{province} at {at}"), province=found_status.province, at=local_time(found_status.at))
    print_desks(found_status.desks, console)
    warn_of_desks(found_status.desks, console, now=from_iso(found_status.at))
    for title, numbers in (
        (N_("Changes by place"), found_status.changes),
        (N_("Records by kind"), found_status.records),
        (N_("Open conflicts by place"), found_status.open_conflicts),
        (N_("Of these the province's to see to"), found_status.late_conflicts),
        (N_("Set aside, by desk and reason"), found_status.quarantine),
        (N_("Lists of who did what touched from outside, by desk and entry"), found_status.audit_cuts),
        (N_("Reports waiting, not yet acknowledged"), found_status.reports_waiting),
    ):
        shown = ", ".join(f"{name} {number}" for name, number in numbers.items() if number)
        console.line(f"{console.texts.say(title)}: {shown or '0'}")
    if found_status.oldest_waiting:
        console.say(N_("The oldest has waited since {at}."), at=local_time(found_status.oldest_waiting))


COMMANDS: dict[str, Callable[[Namespace, Console], None]] = {
    "init": init,
    "serve": serve,
    "renew": renew,
    "enrol-code": enrol_code,
    "desk": desk,
    "report-in": report_in,
    "recover": recover,
    "status": status,
    "bundle": bundle,
    "upgrade": upgrade,
    "migrate-store": migrate_store,
    "root": proof_commands.root,
    "export-log": proof_commands.export_log,
    **backup_commands.COMMANDS,
    **policy_commands.COMMANDS,
    **erase_commands.COMMANDS,
}
