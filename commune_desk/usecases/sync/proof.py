"""The proof that the province contradicted itself, as a file that anybody may have: protocol.md, section 29.4."""

from __future__ import annotations

from pathlib import Path

import msgspec

from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange import roots
from commune_desk.usecases.desk.written_whole import write_whole


def write_proof(register: Register, target: Path) -> None:
    """Write the two signed statements to `target`, in the place of what was there. Raises Fault."""
    found = register.read_slowly(roots.proof).result()
    if found is None:
        raise Fault(N_("There is no proof here that may be shown to others. Nothing was written."))
    write_whole(
        target,
        msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n",
        N_("The proof cannot be written there: the disk is full or the folder is read-only. Choose another place."),
    )


def proof_name(register: Register) -> str:
    """What the file is called: the day on which it was found. Asked for by the page, which waits for no report."""
    at = register.read(_found_at)
    return f"commune-desk-proof-{local_day(from_iso(at)).isoformat()}.json" if at else "commune-desk-proof.json"


def _found_at(connection: Connection) -> str:
    kept = roots.contradiction(connection)
    return kept.at if kept is not None else ""
