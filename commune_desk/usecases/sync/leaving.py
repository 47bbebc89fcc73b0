"""A register that the province ordered removed and that has no line: all it holds and its last word go by stick."""

from __future__ import annotations

from dataclasses import dataclass

from commune_desk.store.desk.register import Register
from commune_desk.store.exchange.last_word import sign_last_word
from commune_desk.store.files.file_queue import count_going_up
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.registers.removal import decide_removal

_ORDERED = "removed"
"""What stands in the register once the province ordered its removal: `DeskRemoved.code`."""


@dataclass(frozen=True, slots=True)
class Removal:
    """How far it is. `files`: photos and scans that wait for a line and hold it back."""

    is_decided: bool
    files: int = 0


def leave_for_good(register: Register) -> Removal:
    """The province has just ordered it: decide the removal if all went up and it keeps this desk's word for it.

    Else the word is signed as soon as nothing else waits, and goes with the next stick. Raises NotRemoved.
    """
    files = sign_if_ordered(register)
    return Removal(is_decided=not files and decide_removal(register), files=files)


def sign_if_ordered(register: Register) -> int:
    """Sign that the register goes, if that was ordered and all of it is at the province; how many files hold it back.

    Files go over a line alone, and what lies only here is not removed because there is none.
    """
    if register.identity.frozen != _ORDERED:
        return 0

    def sign(tx: Tx) -> int:
        files = count_going_up(tx.connection)
        if not files:
            sign_last_word(tx)
        return files

    return register.write(sign).result()[0]
