#!/usr/bin/env python3
"""Everything a developer or a newcomer runs, with nothing but Python: `python3 desk.py demo`, `python3 desk.py test`.

The first run makes .venv beside this file and installs the locked libraries; later runs start at once.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
STAMP = VENV / "desk-stamp"
LOCK = ROOT / "requirements" / "dev.txt"
UV_LOCK = ROOT / "requirements" / "uv.txt"

DEMO_ON_SCREEN = ["-m", "tests.story.show"]
DEMO_HEADLESS = ["-m", "tests.story"]
BENCH = ["-m", "bench"]
LOAD = ["-m", "bench.load"]
SHOTS = ["-m", "tests.story.shots"]
TEXTS = ["-m", "tests.texts"]
UNDER_WINE = ["-m", "tests.windows"]
MUTATIONS = ["-m", "tests.mutations"]
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "default.warning=false"}
"""No screen, and no word at each window about what this platform of Qt cannot do; in the tests Qt's warnings count."""
NAMES_A_PATH = ("--out", "--json")
LINTERS = {
    "ruff check": ["-m", "ruff", "check", "--quiet"],
    "ruff format": ["-m", "ruff", "format", "--check", "--quiet"],
    "mypy": ["-m", "mypy"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
}

QT_CHECK = """
import ctypes, pathlib, sys
import PySide6
from PySide6 import QtGui, QtNetwork, QtPrintSupport, QtSvg, QtWidgets
if "xcb" in sys.argv:
    ctypes.CDLL(str(pathlib.Path(PySide6.__file__).parent / "Qt/plugins/platforms/libqxcb.so"))
QtWidgets.QApplication(["check", "-platform", "offscreen"])
"""
QT_PACKAGES = (
    "libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libglib2.0-0 libfreetype6 libgssapi-krb5-2 libx11-6"
).split()
QT_SCREEN_PACKAGES = (
    "libx11-xcb1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 "
    "libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1"
).split()
WINE_PACKAGES = "wine wine64 gcc-mingw-w64-x86-64-win32".split()


class Stop(Exception):
    """The run cannot go on; the text says why and what to do."""


def say(text: str) -> None:
    print(text, flush=True)


def call(arguments: Sequence[str | Path], **more: str) -> int:
    """Run a program in the project's folder; its exit code. What it prints is UTF-8, also into a file on Windows."""
    environment = {**surroundings(), **more}
    return subprocess.run([str(a) for a in arguments], cwd=ROOT, env=environment, check=False).returncode


def surroundings() -> dict[str, str]:
    """The person's own; compiled modules are kept in .venv whatever they say: the tests start hundreds of processes."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONIOENCODING": "utf-8", "PYTHONPYCACHEPREFIX": str(VENV / "bytecode")}


def from_here(rest: Sequence[str]) -> list[str]:
    """The words with each path behind --out and --json meant from the folder of whoever typed it: all runs in ROOT."""
    found: list[str] = []
    for word in rest:
        name, joined, path = word.partition("=")
        if found and found[-1] in NAMES_A_PATH:
            found.append(os.path.abspath(word))
        elif joined and name in NAMES_A_PATH:
            found.append(f"{name}={os.path.abspath(path)}")
        else:
            found.append(word)
    return found


def python(arguments: Sequence[str | Path], **more: str) -> int:
    return call([PYTHON, *arguments], **more)


def heard(arguments: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run Python of .venv and keep what it prints."""
    command = [str(PYTHON), *(str(a) for a in arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=surroundings(), capture_output=True, encoding="utf-8", errors="replace", check=False
    )


def has_screen() -> bool:
    return WINDOWS or sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def set_up() -> None:
    """Make .venv what the lock says, unless it is already. Raises Stop."""
    wanted = fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    begun = time.monotonic()
    say("Setting up (only the first time, and after a change of libraries):")
    STAMP.unlink(missing_ok=True)
    say("[1/4] Python environment in .venv")
    make_venv()
    say("[2/4] Locked libraries, each checked against its hash")
    install_lock()
    say("[3/4] Commune Desk itself")
    install_project()
    say("[4/4] System libraries that windows on the screen need")
    check_qt()
    STAMP.write_text(wanted, encoding="utf-8")
    say(f"Ready after {time.monotonic() - begun:.0f} s.\n")


def fingerprint() -> str:
    """Changes with the lock, the project's declaration, this Python and the folder."""
    parts = [LOCK.read_bytes(), UV_LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\0".join([*parts, f"{sys.version} {VENV}".encode()])).hexdigest()


def make_venv() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", same_python()], check=False).returncode == 0:
        return
    with_pip = importlib.util.find_spec("ensurepip") is not None
    if not with_pip and shutil.which("uv") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        install_debian([package], why="Python's venv module is incomplete on this machine.")
        with_pip = True
    options = [] if with_pip else ["--without-pip"]
    if call([sys.executable, "-m", "venv", "--clear", *options, str(VENV)]) != 0:
        raise Stop("The Python environment could not be made in .venv; the lines above say why.")


def same_python() -> str:
    """Code that succeeds in a .venv made by this very version of Python."""
    return f"import sys; sys.exit(sys.version != {sys.version!r})"


def install_lock() -> None:
    if not installed(["--require-hashes", "-r", LOCK]):
        raise Stop(
            "The libraries could not be installed; the lines above say why. "
            "Without a line to a package index, point pip at a folder of wheels: PIP_FIND_LINKS, PIP_NO_INDEX."
        )


def install_project() -> None:
    """Entry points and a path to this checkout; the build backend comes from the lock."""
    if not installed(["--no-build-isolation", "--no-deps", "--editable", ROOT]):
        raise Stop("Commune Desk could not be installed into .venv; the lines above say why.")


def installed(options: Sequence[str | Path]) -> bool:
    """Install with uv, from PATH or from its own lock; with plain pip where uv cannot."""
    uv = shutil.which("uv") or locked_uv()
    if uv and call([uv, "pip", "install", "--python", str(PYTHON), *options], **uv_settings()) == 0:
        return True
    if uv:
        say("uv could not; trying pip.")
    return python(["-m", "pip", "install", *options]) == 0


def locked_uv() -> Path | None:
    """uv in .venv, put there by pip at the locked version and hash; None where there is none for this machine."""
    uv = BIN / ("uv.exe" if WINDOWS else "uv")
    options = ["--quiet", "--only-binary=:all:", "--require-hashes", "-r", str(UV_LOCK)]
    return uv if uv.exists() or python(["-m", "pip", "install", *options]) == 0 else None


def uv_settings() -> dict[str, str]:
    """The person's own pip settings in uv's words, where uv has none of its own."""
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
        "proxy": "ALL_PROXY",
        "trusted-host": "UV_INSECURE_HOST",
        "no-index": "UV_NO_INDEX",
    }
    listed = heard(["-m", "pip", "config", "list"])
    settings = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        name = names.get(key.rpartition(".")[2])
        if name:
            separator = "," if name == "UV_FIND_LINKS" else " "
            settings[name] = separator.join(value.strip("'\"").replace("\\n", " ").split())
    return {name: value for name, value in settings.items() if name not in os.environ}


def check_qt(*, on_screen: bool = False) -> None:
    """Load Qt once in another process; on Debian add the shared libraries that it lacks. Raises Stop."""
    check = ["-c", QT_CHECK, *(["xcb"] if on_screen else [])]
    first = heard(check)
    if first.returncode == 0:
        return
    missing = first.stderr.strip().rpartition("\n")[2]
    if sys.platform != "linux":
        raise Stop(f"Qt does not load: {missing}")
    packages = QT_PACKAGES + (QT_SCREEN_PACKAGES if on_screen else [])
    install_debian(packages, why=f"Qt needs shared libraries of the system ({missing}).")
    again = heard(check)
    if again.returncode != 0:
        raise Stop(f"Qt still does not load:\n{again.stderr.strip()}")


def install_debian(packages: Sequence[str], *, why: str) -> None:
    """Install Debian packages as root; otherwise raise Stop with the one line to type."""
    line = f"apt-get update && apt-get install -y {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise Stop(f"{why} Install what your system calls: {' '.join(packages)}")
    if os.geteuid() != 0:
        raise Stop(f"{why} Type this line, then run the command again:\n\n    sudo sh -c '{line}'\n")
    say(f"{why} Installing: {' '.join(packages)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if call(["apt-get", "update", "-q"], **quiet) or call(
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", "--no-upgrade", *packages], **quiet
    ):
        raise Stop(f"Debian's packages could not be installed. Try by hand:\n\n    {line}\n")


def demo(rest: list[str]) -> int:
    headless = "--headless" in rest or not has_screen()
    rest = [a for a in rest if a != "--headless"]
    if not headless:
        check_qt(on_screen=sys.platform == "linux")
        return python([*DEMO_ON_SCREEN, *from_here(rest)])
    return python([*DEMO_HEADLESS, *from_here(rest)], **OFFSCREEN)


def lint(_rest: list[str]) -> int:
    failed = [name for name, arguments in LINTERS.items() if not linted(name, arguments)]
    say(f"Lint failed: {', '.join(failed)}." if failed else "Lint passed.")
    return bool(failed)


def linted(name: str, arguments: list[str]) -> bool:
    done = heard(arguments)
    say(f"{name}: {'passed' if done.returncode == 0 else 'FAILED'}")
    if done.returncode != 0:
        say(done.stdout + done.stderr)
    return done.returncode == 0


def test(rest: list[str]) -> int:
    """Lint and tests, both to the end; arguments go to pytest. Without any, two processes share the tests."""
    lint_failed = lint([])
    shared = [] if any(not a.startswith("--long") for a in rest) else ["-n", "2", "--dist", "worksteal"]
    tests_failed = python(["-m", "pytest", *shared, *rest], QT_QPA_PLATFORM="offscreen")
    said = [name for name, failed in (("lint", lint_failed), ("tests", tests_failed)) if failed]
    say(f"\nFAILED: {' and '.join(said)}." if said else "\nAll passed: lint and tests.")
    return int(bool(said))


def bench(rest: list[str]) -> int:
    return python([*BENCH, *from_here(rest)], **({} if "QT_QPA_PLATFORM" in os.environ else OFFSCREEN))


def load(rest: list[str]) -> int:
    """A twentieth of the country against a served PostgreSQL, with a two-hour outage and the return."""
    return python([*LOAD, *from_here(rest)])


def shots(rest: list[str]) -> int:
    return python([*SHOTS, *from_here(rest)], **OFFSCREEN)


def texts(rest: list[str]) -> int:
    return python([*TEXTS, *map(os.path.abspath, rest)])


def mutate(rest: list[str]) -> int:
    """Put faults into a copy of the sync, one at a time, and see whether the tests find them."""
    return python([*MUTATIONS, *rest], **OFFSCREEN)


def windows(rest: list[str]) -> int:
    asked = rest[:1] in (["-h"], ["--help"])
    if not asked and (shutil.which("wine") is None or shutil.which("x86_64-w64-mingw32-gcc") is None):
        install_debian(WINE_PACKAGES, why="Windows' own Python needs Wine and a compiler for what it lacks.")
    return python([*UNDER_WINE, *rest])


def lock(rest: list[str]) -> int:
    """Write requirements/*.txt anew from pyproject.toml; `--upgrade` takes newer versions."""
    make_venv()
    uv = shutil.which("uv") or locked_uv()
    if uv is None:
        raise Stop("Only uv can write the lock for all systems at once, and there is none for this machine.")
    compiled = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links".split()
    compiled += ["--annotation-style", "line", "--quiet", "--custom-compile-command", "python3 desk.py lock", *rest]
    wanted = {
        "dev": ["pyproject.toml", "--extra", "desk", "--extra", "server", "--group", "dev"],
        "desk": ["pyproject.toml", "--extra", "desk", "--constraint", "requirements/dev.txt"],
        "server": ["pyproject.toml", "--extra", "server", "--constraint", "requirements/dev.txt"],
        "uv": ["--group", "uv"],
    }
    for name, options in wanted.items():
        target = f"requirements/{name}.txt"
        if code := call([uv, "pip", "compile", *compiled, *options, "-o", target]):
            return code
        say(f"written: {target}")
    return 0


COMMANDS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "demo": (demo, "open the program on a filled training commune; --headless --out DIR plays the whole story"),
    "test": (test, "lint and tests; --long adds the slow ones, other arguments go to pytest"),
    "lint": (lint, "ruff, mypy and the layers"),
    "bench": (bench, "measure speed and memory: [NAME ...] [--json FILE]"),
    "load": (load, "a twentieth of the country at one province: [--desks N] [--speed N] [--soak HOURS] [--json FILE]"),
    "shots": (shots, "take a picture of every page"),
    "texts": (texts, "collect the texts, merge translations: [FRAGMENT.po ...]"),
    "mutate": (mutate, "faults put into copies of the sync: do the tests find each? [--only NAME ...] [--list]"),
    "windows": (windows, "the story on Windows' own Python under Wine; other words go to that Python: desk.py demo"),
    "lock": (lock, "write the locked versions anew; --upgrade takes newer ones"),
}
WITHOUT_HELP = ("test", "lint", "texts", "lock")


def is_explained(command: str, rest: Sequence[str]) -> bool:
    """Say what a command does that has no help of its own, if that was asked; nothing is set up or run for it."""
    asked = command in WITHOUT_HELP and not {"-h", "--help"}.isdisjoint(rest)
    if asked:
        say(f"desk.py {command}: {COMMANDS[command][1]}")
    return asked


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8")  # the code page of a Windows PC lacks most Vietnamese letters
    if sys.version_info < (3, 11):
        say("Commune Desk needs Python 3.11 or newer.")
        return 2
    parser = argparse.ArgumentParser(
        prog="desk.py",
        description="Commune Desk: set-up, demo, tests and tools.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands:\n" + "\n".join(f"  {name:7} {help_}" for name, (_, help_) in COMMANDS.items()),
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    chosen = parser.parse_args()
    if is_explained(chosen.command, chosen.rest):
        return 0
    try:
        if chosen.command != "lock":  # which must work when the lock is broken
            set_up()
        return COMMANDS[chosen.command][0](chosen.rest)
    except Stop as stop:
        say(f"\n{stop}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
