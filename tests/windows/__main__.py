"""Runs a copy of this checkout on Windows' own Python under Wine: `python3 desk.py windows [WORD ...]`.

The words go to Python: `desk.py demo`, `-m pytest -n 0 tests/vault`; without any, the story is played into C:\\out.
Everything lies in `build/wine`, the Windows disk C: in `build/wine/prefix/drive_c`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PLACE = ROOT / "build" / "wine"
PREFIX = PLACE / "prefix"
DISK = PREFIX / "drive_c"
CHECKOUT = DISK / "desk"
SHIMS = Path(__file__).resolve().parent / "shims"
LOCK = ROOT / "requirements" / "windows-python.txt"
READY = PLACE / "ready"
PYTHON = r"C:\Python313\python.exe"
VENV_PYTHON = r"C:\desk\.venv\Scripts\python.exe"
STORY = ["desk.py", "demo", "--headless", "--out", r"C:\out"]
PATHS = ("PIP_CERT", "PIP_FIND_LINKS", "SSL_CERT_FILE")
OVERRIDES = "mscoree,mshtml,netprofm="
"""Not there: .NET, HTML, and the list of networks, in which Wine 8 never comes to an end."""


def of_windows(environment: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """The environment for Wine: nothing about Python, Qt or pip but the person's own settings, in Windows' words."""
    kept = {k: v for k, v in environment.items() if not k.startswith(("PIP_", "UV_", "PYTHON", "QT_", "VIRTUAL_ENV"))}
    wine = {"WINEPREFIX": str(PREFIX), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": OVERRIDES}
    given = {**kept, **settings, **wine}
    return {name: _on_windows(text) if name in PATHS else _addresses(text) for name, text in given.items()}


def _on_windows(paths: str) -> str:
    return " ".join("Z:" + path.replace("/", "\\") if path.startswith("/") else path for path in paths.split())


def _addresses(text: str) -> str:
    return text.replace("file:///", "file:///Z:/")


def settings_of_pip() -> dict[str, str]:
    """What pip is told on this machine, as variables."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, encoding="utf-8", check=True
    )
    pairs = (line.partition("=") for line in listed.stdout.splitlines())
    wanted = ("cert", "extra-index-url", "find-links", "index-url", "proxy", "trusted-host")
    found = {key.rpartition(".")[2]: value.strip("'\"").replace("\\n", " ") for key, _, value in pairs}
    return {f"PIP_{key.replace('-', '_').upper()}": " ".join(found[key].split()) for key in wanted if key in found}


def wine(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a Windows program; what it prints passes through a pipe, since Wine gives Python no file to print into."""
    with subprocess.Popen(
        ["wine", *words],
        cwd=CHECKOUT if CHECKOUT.exists() else PLACE,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
    return process.returncode


def set_up(environment: Mapping[str, str]) -> None:
    """Wine's folder with Windows' Python and the shims, once for each lock."""
    wanted = LOCK.read_text(encoding="utf-8")
    if READY.exists() and READY.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    print("Setting up Windows' Python under Wine (only the first time) …", flush=True)
    options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", str(LOCK), "-d", str(PLACE)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options], check=True)
    for command in (["wineboot", "-i"], ["wine", "winecfg", "-v", "win10"]):
        subprocess.run(command, env=dict(environment), check=True, stdin=subprocess.DEVNULL, capture_output=True)
    unpack_python(next(PLACE.glob("winpython*.tar.gz")), DISK)
    shutil.copy(SHIMS / "startup.py", DISK / "Python313" / "Lib" / "sitecustomize.py")
    for name in ("bcryptprimitives", "icuuc"):
        target = DISK / "windows" / "system32" / f"{name}.dll"
        compiler = ["x86_64-w64-mingw32-gcc", "-O2", "-shared", "-s"]
        subprocess.run([*compiler, "-o", str(target), str(SHIMS / f"{name}.c"), "-ladvapi32"], check=True)
    READY.write_text(wanted, encoding="utf-8")


def unpack_python(package: Path, disk: Path) -> None:
    """Put the Python of the package on Windows' disk as `Python313`."""
    with tarfile.open(package) as outer:
        data = outer.extractfile(next(member for member in outer if member.name.endswith("/data.zip")))
        assert data is not None
        with zipfile.ZipFile(data) as inner:
            inner.extractall(disk)
    (disk / "cp313").rename(disk / "Python313")


def copy_checkout() -> None:
    """The files that git knows, or would add, as they are now; .venv and compiled files stay."""
    options = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(["git", *options], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    names = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        source, target = ROOT / name, CHECKOUT / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for folder in {name.partition("/")[0] for name in names if "/" in name}:
        for path in (CHECKOUT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc" and path.relative_to(CHECKOUT).as_posix() not in names:
                path.unlink()


def main() -> int:
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    words = sys.argv[1:] or STORY
    environment = of_windows(os.environ, settings_of_pip())
    set_up(environment)
    copy_checkout()
    if words[0] != "desk.py" and not (CHECKOUT / ".venv" / "Scripts" / "python.exe").exists():
        print("Windows' Python has no packages yet: play the story first, `python3 desk.py windows`.", file=sys.stderr)
        return 2
    if words == STORY:
        shutil.rmtree(DISK / "out", ignore_errors=True)
    return wine([PYTHON if words[0] == "desk.py" else VENV_PYTHON, *words], environment)


if __name__ == "__main__":
    sys.exit(main())
