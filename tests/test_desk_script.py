"""The first thing a newcomer runs: its set-up, its commands, and the wheel that the project becomes."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tests.story.__main__ import free_folder

ROOT = Path(__file__).resolve().parent.parent


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("desk_script", ROOT / "desk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


desk = _loaded()


def run(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(a) for a in arguments], capture_output=True, encoding="utf-8", check=False, env={**os.environ, **more}
    )


def test_help_names_every_command() -> None:
    shown = run(sys.executable, ROOT / "desk.py", "--help")
    assert shown.returncode == 0
    assert [name for name in desk.COMMANDS if f"  {name}" not in shown.stdout] == []


def test_an_unknown_command_is_refused_without_a_trace() -> None:
    shown = run(sys.executable, ROOT / "desk.py", "dance")
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("name", desk.WITHOUT_HELP)
def test_who_asks_what_a_command_does_runs_nothing(name: str) -> None:
    """`test --help` linted and said that all tests had passed, `lock --help` that it had written the lock."""
    shown = run(sys.executable, "-I", "-S", ROOT / "desk.py", name, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == f"desk.py {name}: {desk.COMMANDS[name][1]}\n"


@pytest.mark.parametrize("command", ["bench", "load", "shots", "texts"])
def test_a_path_is_meant_from_the_folder_of_who_typed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """All runs in the project's folder: figures and pictures lay there, and a fragment was not found."""
    ran: list[str] = []

    def noted(words: Sequence[str], **_more: str) -> int:
        ran[:] = words
        return 0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(desk, "python", noted)
    typed = ["new.po"] if command == "texts" else ["--json", "a.json", "--out=shots", "--speed", "4"]
    desk.COMMANDS[command][0](typed)
    here = [str(tmp_path / "new.po")]
    if command != "texts":
        here = ["--json", str(tmp_path / "a.json"), f"--out={tmp_path / 'shots'}", "--speed", "4"]
    assert ran[2:] == here


def test_an_earlier_story_is_not_played_over(tmp_path: Path) -> None:
    """The second `desk.py demo` without a screen ended in its first step, with a sentence about a province's folder."""
    first = tmp_path / "demo-out"
    assert free_folder(first) == first
    (first / "province").mkdir(parents=True)
    assert free_folder(first) == tmp_path / "demo-out-2"
    (tmp_path / "demo-out-2").write_text("a file")
    assert free_folder(first) == tmp_path / "demo-out-3"
    shown = run(sys.executable, "-m", "tests.story", "--out", first, PYTHONPATH=str(ROOT))
    assert (shown.returncode, "Name another." in shown.stderr, "Traceback" in shown.stderr) == (2, True, False)


def test_the_script_needs_nothing_but_python() -> None:
    """It runs before anything is installed: isolated, without site-packages."""
    assert run(sys.executable, "-I", "-S", ROOT / "desk.py", "--help").returncode == 0


def test_what_a_command_prints_is_utf_8_whatever_the_code_page(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The story prints a tick and Vietnamese; into a file, Python on Windows knows neither."""
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    assert desk.call([sys.executable, "-c", "print('\u2713 \u0111\u1ea1t')"]) == 0
    assert capfd.readouterr().out.splitlines() == ["✓ đạt"]


def test_a_second_set_up_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = tmp_path / "stamp"
    monkeypatch.setattr(desk, "STAMP", stamp)
    stamp.write_text(desk.fingerprint(), encoding="utf-8")
    monkeypatch.setattr(desk, "make_venv", lambda: pytest.fail("set up again"))
    desk.set_up()


def test_a_changed_lock_sets_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desk.fingerprint()
    changed = tmp_path / "dev.txt"
    changed.write_bytes(desk.LOCK.read_bytes() + b"\n")
    monkeypatch.setattr(desk, "LOCK", changed)
    assert desk.fingerprint() != before


def test_without_rights_the_one_line_to_type_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(desk.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(desk.Stop, match=r"sudo sh -c 'apt-get update && apt-get install -y libegl1 libgl1'"):
        desk.install_debian(["libegl1", "libgl1"], why="Qt needs them.")


def test_on_another_system_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.shutil, "which", lambda name: None)
    with pytest.raises(desk.Stop, match="libegl1"):
        desk.install_debian(["libegl1"], why="Qt needs them.")


def test_the_settings_of_pip_reach_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = file:///wheels/simple\nfind-links =\n    /one\n    /two\nextra-index-url = file:///more\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    found = desk.uv_settings()
    assert found["UV_DEFAULT_INDEX"] == "file:///wheels/simple"
    assert found["UV_FIND_LINKS"].endswith("/one,/two")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "file:///own")
    assert "UV_DEFAULT_INDEX" not in desk.uv_settings()


def test_a_failing_test_and_a_failing_linter_fail_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "say", lambda text: None)
    for lint, tests, expected in ((0, 0, 0), (1, 0, 1), (0, 1, 1), (0, 5, 1)):
        monkeypatch.setattr(desk, "lint", lambda rest, code=lint: code)
        monkeypatch.setattr(desk, "python", lambda arguments, code=tests, **more: code)
        assert desk.test([]) == expected


def test_qt_loads_here() -> None:
    assert run(sys.executable, "-c", desk.QT_CHECK).returncode == 0


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_both_packages_with_resources_and_licences(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"commune_desk/i18n.py", "sync/seal.py"} <= names
    assert "commune_desk/resources/locale/vi/LC_MESSAGES/commune_desk.mo" in names
    assert any(name.endswith("licenses/docs/licences/LGPL-3.0.txt") for name in names)
    assert {name.partition("/")[0] for name in names} == {"commune_desk", "sync", "commune_desk-0.1.0.dist-info"}


@pytest.mark.long
def test_the_server_installs_and_runs_without_qt(wheel: Path, tmp_path: Path) -> None:
    python = make_installed(tmp_path, wheel, "server")
    assert run(python, "-c", "import PySide6").returncode != 0
    shown = run(python.parent / "commune-desk-server", "--help")
    assert shown.returncode == 0, shown.stderr
    assert "serve" in shown.stdout


@pytest.mark.long
def test_the_desk_installs_without_the_server_and_finds_its_resources(wheel: Path, tmp_path: Path) -> None:
    python = make_installed(tmp_path, wheel, "desk")
    assert run(python, "-c", "import litestar").returncode != 0
    check = "from commune_desk.i18n import _; import PySide6.QtWidgets; assert _('Monday') == 'thứ Hai'"
    assert run(python, "-X", "utf8", "-c", check).returncode == 0


def make_installed(folder: Path, wheel: Path, extra: str) -> Path:
    """A fresh environment with the wheel and one extra, by the lock that goes with it; its Python."""
    python: Path = folder / "venv" / desk.PYTHON.relative_to(desk.VENV)
    lock = str(ROOT / "requirements" / f"{extra}.txt")
    assert run(sys.executable, "-m", "venv", folder / "venv").returncode == 0
    for options in (["--require-hashes", "-r", lock], ["--no-deps", "--no-index", str(wheel)]):
        done = run(python, "-m", "pip", "install", "--quiet", *options)
        assert done.returncode == 0, done.stderr
    return python
