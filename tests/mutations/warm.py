"""A process that has loaded the libraries and nothing of ours, and runs pytest in a fork for each line it reads.

Run as a script, so that the project's own modules are loaded in the fork alone, from the copy that holds the fault.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from contextlib import suppress

LIBRARIES = (
    *(
        "pytest",
        "hypothesis.strategies",
        "hypothesis.stateful",
        "sqlalchemy",
        "alembic.command",
        "litestar",
        "requests",
    ),
    *("http_message_signatures", "zstandard", "msgspec", "sqlcipher3.dbapi2", "cryptography.x509", "uvicorn"),
    *("PySide6.QtWidgets", "PySide6.QtTest", "sqlite_utils", "rapidfuzz", "babel"),
)


def main(root: str) -> None:
    """Each line of stdin is JSON `[words of pytest, file for what it says, seconds]`; of stdout an exit code."""
    sys.path[0] = root
    os.chdir(root)
    for name in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)
    print("warm", flush=True)
    for line in sys.stdin:
        words, said, seconds = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(words, said, seconds)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(words: list[str], said: str, seconds: int) -> None:
    """In the fork; never returns. A run that does not end is ended by the alarm."""
    import pytest

    target = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(target, stream)
    signal.alarm(seconds)
    code = int(pytest.main(words))
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
