"""Every widget on sample pages, drawn to PNG files for a person to judge: python -m tests.ui.samples.gallery DIR."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from commune_desk.ui import shots, theme
from commune_desk.ui.dialogs.message import Message, bug_dialog, question
from commune_desk.ui.main_window import PageEntry, Shell
from commune_desk.ui.theme import Scheme, Tone
from tests.ui.samples.reading import child, shelter, today
from tests.ui.samples.working import empty, form, register, sync

PAGES: dict[str, Callable[[], QWidget]] = {
    "today": today,
    "child": child,
    "shelter": shelter,
    "sync": sync,
    "form": form,
    "register": register,
    "empty": empty,
}


def in_shell(key: str) -> Shell:
    shell = Shell(
        [
            PageEntry("today", "Hôm nay", "sun", PAGES["today"], 7, Tone.DANGER),
            PageEntry("register", "Sổ trẻ em", "users", PAGES["register"]),
            PageEntry("child", "Hồ sơ trẻ", "user", PAGES["child"]),
            PageEntry("form", "Tiếp nhận tin", "file-warning", PAGES["form"], 2, Tone.DANGER),
            PageEntry("shelter", "Ngôi nhà Ánh Dương", "home", PAGES["shelter"]),
            PageEntry("empty", "Đỡ đầu", "hand-heart", PAGES["empty"], 3),
            PageEntry("sync", "Đồng bộ", "refresh", PAGES["sync"], 1),
        ],
        place="Xã Bình Liêu",
    )
    shell.set_sync("Chờ gửi: 3 phiếu · lần cuối 07:42", Tone.WARNING)
    shell.set_officer("Cán bộ Mẫu", "Cán bộ bảo vệ trẻ em")
    shell.show_page(key)
    return shell


def draw(app: QApplication, out: Path) -> None:
    for key in PAGES:
        with shots.dressed(app, "vi"):
            for scale, suffix in ((1.0, ""), (shots.SCALED, "-125")):
                shell = in_shell(key)
                shots.grab(shell, out / f"{key}{suffix}.png", scale=scale)
                shell.close()
    with shots.dressed(app, "vi", Scheme.DARK):
        for key in ("today", "form"):
            shell = in_shell(key)
            shots.grab(shell, out / f"{key}-dark.png")
            shell.close()
    with shots.dressed(app, "vi"):
        ask = question(
            None, Message("Cho trẻ rời cơ sở?", "Giường A1 sẽ trống.", Tone.WARNING), "Cho rời", is_dangerous=True
        )
        shots.grab_own_size(ask, out / "question.png")
        shots.grab_own_size(bug_dialog(None, lambda: None), out / "bug.png")


if __name__ == "__main__":
    draw(theme.new_app(), Path(sys.argv[1]))
