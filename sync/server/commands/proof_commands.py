"""The commands that prove to others what the province holds: the daily root, and the whole log in one file."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from datetime import date

import msgspec

from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.protocol import unb64
from sync.server.answers.log_export import export_log as write_log
from sync.server.answers.log_export import root_line
from sync.server.answers.roots import Root, make_due, of_day
from sync.server.commands.console import Console
from sync.server.commands.opening import opened
from sync.server.engine.private_files import write_private
from sync.server.identity.province import Province, open_province
from sync.server.lifecycle import erased_list


def authority_fingerprint(province: Province) -> str:
    """SHA-256 of the key under which the province signs, hex: what a verifier is told in person."""
    return seal.sha256(province.keys.authority.public).hex()


def root(args: Namespace, console: Console) -> None:
    """Print a day's root, made now if it is today's and there is none; a copy for the archive goes to a file."""
    if args.to is not None and args.to.exists():
        raise Refusal(N_("{path} is there already. Nothing was written; choose another name."), path=args.to)
    with closing(opened(args)) as province:
        found = of_day(province, _day(args.day)) if args.day else make_due(province)
        fingerprint = authority_fingerprint(province)
    if args.to is not None:
        write_private(args.to, msgspec.json.format(msgspec.json.encode(root_line(found)), indent=2) + b"\n")
    _print(found, fingerprint, args, console)


def _print(found: Root, fingerprint: str, args: Namespace, console: Console) -> None:
    statement = found.statement
    told = {
        "n": statement.n,
        "day": statement.day,
        "root": unb64(statement.root).hex(),
        "leaves": statement.leaves,
        "signature": found.signature.hex(),
        "authority": fingerprint,
    }
    if args.json:
        console.json(told)
        return
    console.say(N_("Root {n} of {day}, over {leaves} heads: {root}"), **told)
    console.say(N_("Signature: {signature}"), signature=told["signature"])
    console.say(N_("Fingerprint of the key that signs: {fingerprint}"), fingerprint=fingerprint)
    console.say(N_("Print it, and keep it away from this server: whoever has it can show a later rewrite."))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid(N_("{day} is not a day; write it as 2026-11-26."), day=text) from None


def export_log(args: Namespace, console: Console) -> None:
    with closing(open_province(args.data, args.key_file)) as province:
        erased_list.settle(province)  # of a database that was put back nothing goes out that the law erased since
        lines = write_log(province, args.to)
        fingerprint = authority_fingerprint(province)
    if args.json:
        console.json({"lines": lines, "authority": fingerprint})
        return
    console.say(N_("The log is in {path}; lines: {lines}."), lines=lines, path=args.to)
    console.say(
        N_("Sealed values stay sealed in it, but names and addresses are readable: treat it like the register itself.")
    )
    console.say(N_("Fingerprint of the key that signs: {fingerprint}"), fingerprint=fingerprint)
