"""The province as a process: its own command line and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.story.failure import StoryFailed

READY_SECONDS = 30.0
COMMAND_SECONDS = 60.0


class Province:
    """A province in `folder`, with its key-file beside the data folder, on loopback."""

    def __init__(self, folder: Path) -> None:
        self.data, self.key_file = folder / "province", folder / "province.key"
        self.port = 0
        self.said = ""
        """What the process that served last wrote after it was ready, once it has ended."""
        self._process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def process(self) -> int:
        """The id of the process that serves."""
        assert self._process is not None
        return self._process.pid

    def found(self) -> None:
        """Make the province."""
        self.run("init", "--name", "Tỉnh Quảng Ninh", "--host", "127.0.0.1", "localhost")

    def start(self, *, host: str = "127.0.0.1", inside: Sequence[str] = ()) -> None:
        """Serve; the second time on the same port as the first. `inside`: words that run it somewhere else."""
        command = [*inside, *self._command("serve", "--host", host, "--port", str(self.port))]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=_environment(),
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("ready "):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise StoryFailed("the province did not become ready")

    def stop(self) -> None:
        """Stop serving, as the service manager would."""
        self._end(subprocess.Popen.terminate)

    def kill(self) -> None:
        """End it in the middle of whatever it does, as a power cut would."""
        self._end(subprocess.Popen.kill)

    def _end(self, how: Callable[[subprocess.Popen[str]], None]) -> None:
        if self._process is not None:
            how(self._process)
            self._process.wait(READY_SECONDS)
            if self._process.stdout is not None:
                with self._process.stdout as said:
                    # To its end: on Windows .venv's python only starts another, which ends a little later.
                    self.said = said.read()
            self._process = None

    def enrol_code(self, scope: str, label: str, name: str) -> str:
        return str(self._json("enrol-code", "--scope", scope, "--label", label, "--name", name)["code"])

    def recover(self, request: str) -> str:
        """The answer to read out to an officer who forgot a passphrase."""
        return str(self._json("recover", "--yes", request)["answer"])

    def report_in(self, commune: str, place: str, description: str, received: str) -> dict[str, Any]:
        return self._json(
            "report-in",
            *("--commune", commune, "--source", "111", "--received", received),
            *("--place", place, "--description", description),
        )

    def status(self) -> dict[str, Any]:
        return self._json("status")

    def _json(self, *arguments: str) -> dict[str, Any]:
        found = json.loads(self.run(*arguments, "--json"))
        return dict(found[0] if isinstance(found, list) else found)

    def run(self, *arguments: str) -> str:
        """What a command of the province printed. Raises StoryFailed when it refuses."""
        done = subprocess.run(
            self._command(*arguments),
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=_environment(),
            timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise StoryFailed(f"commune-desk-server {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def _command(self, verb: str, *arguments: str) -> list[str]:
        places = ["--data", str(self.data), "--key-file", str(self.key_file)]
        return [sys.executable, "-m", "sync.server", verb, *places, *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONIOENCODING": "utf-8"}
