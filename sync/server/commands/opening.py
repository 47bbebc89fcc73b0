"""Opens the province that a command is about."""

from __future__ import annotations

from argparse import Namespace
from contextlib import ExitStack

from sync.server.identity.province import Province, open_province, refuse_moved


def opened(args: Namespace) -> Province:
    """The province that is in service. Raises as `open_province`, and Refusal for one that was moved away from here."""
    province = open_province(args.data, args.key_file)
    with ExitStack() as undo:
        undo.callback(province.close)
        refuse_moved(province)
        undo.pop_all()
    return province
