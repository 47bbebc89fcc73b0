"""Writing a file that an officer asked for: it appears whole or not at all."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from commune_desk.domain.words.errors import Fault
from sync.disk import replace_file

_PREFIX, _PART = ".commune-desk-", ".part"
_OWN = re.compile(re.escape(_PREFIX) + "[a-z0-9_]{8}" + re.escape(_PART))


def write_whole(path: Path, data: bytes, sentence: str) -> None:
    """Write beside `path` and put it in place at once; a failure leaves what was there.

    What a killed process left of another goes: it is clear text. Raises Fault with `sentence`, a message id that may
    hold `{name}`.
    """
    part = path.with_name(f"{_PREFIX}{secrets.token_hex(4)}{_PART}")
    try:
        replace_file(path, data, part=part, left=_OWN)
    except OSError as error:
        raise Fault(sentence, name=path.name) from error
