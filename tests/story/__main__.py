"""Plays the story and writes `story.json`: `python -m tests.story --out DIR`. The first step that fails ends it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain, count
from pathlib import Path
from typing import Any

from commune_desk.domain.time.clock import VIETNAM
from tests.story.failure import StoryFailed
from tests.story.handle import DeskProcess
from tests.story.province import Province

PASSPHRASE = "bon con meo di bien"
NEW_PASSPHRASE = "nam chu vit ra dong"
HOA = "Đặng Thị Hoà"
LISTS = Path(__file__).resolve().parent.parent.parent / "resources" / "demo"
XLSX, XLS = LISTS / "ds-tre-em-binh-lieu.xlsx", LISTS / "ds-tre-em-cu.xls"


class Story:
    """Two desks of Xã Bình Liêu (A, C), one of the Sunshine House (B), and the province between them."""

    def __init__(self, out: Path) -> None:
        self.out = out
        out.mkdir(parents=True, exist_ok=True)
        self.province = Province(out)
        self.steps: list[dict[str, Any]] = []
        self.a: DeskProcess | None = None
        self.b: DeskProcess | None = None
        self.c: DeskProcess | None = None

    def play(self) -> None:
        for name, step in self._script():
            started = time.monotonic()
            print(f"… {name}", flush=True)
            told = step()
            seconds = round(time.monotonic() - started, 2)
            self.steps.append({"step": name, "seconds": seconds, "told": told})
            self._write()
            print(f"✓ {name} ({seconds:.1f} s){_summary(told)}", flush=True)

    def _write(self) -> None:
        text = json.dumps({"steps": self.steps}, ensure_ascii=False, indent=1)
        (self.out / "story.json").write_text(text, encoding="utf-8")

    def _script(self) -> list[tuple[str, Callable[[], Any]]]:
        return [
            ("the province is founded and serves", self.found),
            ("two desks of Xã Bình Liêu and one of the Sunshine House enrol", self.enrol),
            ("desk A imports the commune's two lists", self.bring_in),
            ("the server is stopped", self.stop_server),
            ("A finds Đặng Thị Hoà by typing dang thi hoa", self.find),
            ("A records a home visit", self.visit),
            ("A takes in a report", self.report),
            ("the Sunshine House admits a girl and writes two log entries", self.admit),
            ("A is killed in the middle of a form and comes back with the draft", self.kill),
            ("A and C change the same carer's phone", self.quarrel),
            ("the server returns and all desks sync by themselves", self.return_of_server),
            ("a report of helpline 111 comes down to the commune", self.hotline),
            ("the conflict is decided", self.decide),
            ("a forgotten passphrase is recovered", self.recover),
            ("C shows the visit", self.shown),
            ("the server's own counts agree", self.agree),
            ("pictures of every page in Vietnamese and English", self.pictures),
        ]

    def found(self) -> Any:
        self.province.found()
        self.province.start()
        return {"address": self.province.address}

    def enrol(self) -> Any:
        told = {}
        for key, scope, label, place, name in (
            ("a", "C:06838", "Máy 1", "Xã Bình Liêu", "Cán bộ Một"),
            ("c", "C:06838", "Máy 2", "Xã Bình Liêu", "Cán bộ Hai"),
            ("b", "S:AD01", "Máy trực", "Ngôi nhà Ánh Dương", "Nhân viên trực"),
        ):
            code = self.province.enrol_code(scope, label, place)
            desk = DeskProcess(self.out / f"desk-{key}")
            setattr(self, key, desk)
            where = {"address": self.province.address, "code": code, "label": label}
            who = {"display_name": name, "login": f"desk.{key}", "passphrase": PASSPHRASE}
            told[key] = desk.do("enrol", place=where, officer=who)["desk"]
        if len(set(told.values())) != 3:
            raise StoryFailed(f"three desks, three ids: {told}")
        return told

    def bring_in(self) -> Any:
        told = {path.name: _desk(self.a).do("import_list", path=str(path)) for path in (XLSX, XLS)}
        waited = _desk(self.a).do("sync_now")
        received = _desk(self.c).do("sync_now")
        counted = {"a": _desk(self.a).do("counts"), "c": _desk(self.c).do("counts")}
        _same("children on A and C", counted["a"]["child_file"], counted["c"]["child_file"])
        return {"lists": told, "a": waited, "c": received, "children": counted["a"]["child_file"]}

    def stop_server(self) -> Any:
        self.province.stop()
        return None

    def find(self) -> Any:
        found = _desk(self.a).do("search", typed="dang thi hoa")
        if not found["names"] or HOA not in str(found["names"][0]):
            raise StoryFailed(f"dang thi hoa found {found}")
        opened = _desk(self.a).do("open_found")
        if opened["page"] != "child":
            raise StoryFailed(f"Enter opened {opened}")
        return found

    def visit(self) -> Any:
        values = {
            "present": ["child"],
            "risk_level": "high",
            "observations": "Cháu ở với bà ngoại, bà nằm viện từ hôm qua.",
            "next_step": "Gặp nhà trường trước 27/11.",
        }
        _desk(self.a).do("visit", child=HOA, values=values)
        return _desk(self.a).do("status")

    def report(self) -> Any:
        values = {
            "source": "neighbour",
            "place": "Thôn Nà Ếch",
            "description": "Nghe tiếng trẻ khóc nhiều đêm, thấy cháu có vết bầm ở tay.",
        }
        _desk(self.a).do("report", values=values)
        status = _desk(self.a).do("status")
        if not status["waiting"]:
            raise StoryFailed("without a server the visit and the report must wait")
        return status

    def admit(self) -> Any:
        house = _desk(self.b)
        house.do("set_up_beds")
        house.do("admit", bed="A1", values={"alias": "Hoa Sen", "reason": "domestic_violence", "home_commune": "06838"})
        house.do("log_care", alias="Hoa Sen", values={"note": "Ăn tối, ngủ yên."})
        house.do("log_care", alias="Hoa Sen", values={"note": "Gặp cán bộ tâm lý buổi sáng."})
        return house.do("counts")

    def kill(self) -> Any:
        half = {"observations": "Cháu đang kể thì máy tắt, chưa kịp ghi hết."}
        _desk(self.a).do("type_half", child=HOA, values=half)
        before = _desk(self.a).do("counts")
        _desk(self.a).kill()
        self.a = DeskProcess(self.out / "desk-a")
        opened = self.a.do("unlock", login="desk.a", passphrase=PASSPHRASE)
        if opened.get("form") != "visit":
            raise StoryFailed(f"the form did not come back: {opened}")
        back = self.a.do("read_form")["values"]
        _same("the draft", back["observations"], half["observations"])
        _same("what was saved", self.a.do("counts"), before)
        return {"draft": back["observations"]}

    def quarrel(self) -> Any:
        _desk(self.a).do("edit_carer_phone", child=HOA, phone="0987111223")
        _desk(self.c).do("edit_carer_phone", child=HOA, phone="0366404505")
        return {"a": _desk(self.a).do("status"), "c": _desk(self.c).do("status")}

    def return_of_server(self) -> Any:
        self.province.start()
        told = {key: _desk(getattr(self, key)).do("hint_line_and_wait") for key in ("a", "c", "b")}
        told["a again"] = _desk(self.a).do("sync_now")
        return told

    def hotline(self) -> Any:
        before = _desk(self.a).do("counts")["report"]
        received = (datetime.now(VIETNAM) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
        self.province.report_in("06838", "thôn Đồng Mô", "Trẻ bỏ nhà, nghi bị rủ qua biên giới.", received)
        _desk(self.a).do("sync_now")
        reports = _desk(self.a).do("counts")["report"]
        _same("reports on A", reports, before + 1)
        return {"reports": reports}

    def decide(self) -> Any:
        for key in ("a", "c"):
            status = _desk(getattr(self, key)).do("sync_now")
            _same(f"conflicts on {key}", status["conflicts"], 1)
        _desk(self.a).do("photograph", folder=str(self.out), name="a-vi-decision", page="sync")
        decided = _desk(self.a).do("decide", text="0366 404 505")
        _desk(self.a).do("sync_now")
        _same("conflicts left on C", _desk(self.c).do("sync_now")["conflicts"], 0)
        return decided

    def recover(self) -> Any:
        desk = _desk(self.a)
        desk.do("lock")
        wrong = desk.do("unlock", login="desk.a", passphrase="another passphrase")
        if wrong["opened"]:
            raise StoryFailed("a wrong passphrase opened the register")
        request = desk.do("recovery_request", login="desk.a")["request"]
        desk.do("photograph", folder=str(self.out), name="a-vi-recovery")
        desk.do("recover", answer=self.province.recover(" ".join(request.split())), passphrase=NEW_PASSPHRASE)
        return {"request": request, "counts": desk.do("counts")}

    def shown(self) -> Any:
        seen = _desk(self.c).do("visits_of", child=HOA)["observations"]
        if not seen or "bà nằm viện từ hôm qua" not in seen[0]:
            raise StoryFailed(f"C does not show the visit: {seen}")
        return {"observations": seen[0]}

    def agree(self) -> Any:
        for key in ("a", "b", "c"):
            _desk(getattr(self, key)).do("sync_now")
        server = self.province.status()
        a, c, b = (_desk(getattr(self, key)).do("counts") for key in ("a", "c", "b"))
        records = server["records"]
        for kind in ("child_file", "home_visit", "report", "relation"):
            _same(f"{kind} on A and C", a[kind], c[kind])
            _same(f"{kind} on A and the province", a[kind], records[kind])
        for kind in ("placement", "care_log_entry", "bed"):
            _same(f"{kind} in the house and at the province", b[kind], records[kind])
        _same("open conflicts at the province", server["open_conflicts"], {})
        _same("changes set aside", server["quarantine"], {})
        return server

    def pictures(self) -> Any:
        told = {}
        for key in ("a", "b"):
            told[f"{key}-vi"] = len(
                _desk(getattr(self, key)).do("shoot", folder=str(self.out), prefix=f"{key}-vi")["pictures"]
            )
            _desk(getattr(self, key)).close()
            passphrase = NEW_PASSPHRASE if key == "a" else PASSPHRASE
            english = DeskProcess(self.out / f"desk-{key}", language="en")
            setattr(self, key, english)
            english.do("unlock", login=f"desk.{key}", passphrase=passphrase)
            told[f"{key}-en"] = len(english.do("shoot", folder=str(self.out), prefix=f"{key}-en")["pictures"])
        return told

    def end(self) -> None:
        """Put everything away, also after a failure."""
        for desk in (self.a, self.b, self.c):
            if desk is not None:
                desk.finish()
        self.province.stop()


def _desk(desk: DeskProcess | None) -> DeskProcess:
    if desk is None:
        raise StoryFailed("the desk is not there")
    return desk


def _same(what: str, one: object, other: object) -> None:
    if one != other:
        raise StoryFailed(f"{what}: {one!r} is not {other!r}")


def _summary(told: Any) -> str:
    text = json.dumps(told, ensure_ascii=False) if told else ""
    return f"  {text[:160]}" if text else ""


def is_free(folder: Path) -> bool:
    """Whether a story may be played there: nothing is, or an empty folder."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def free_folder(first: Path) -> Path:
    """`demo-out`, or where a story lies there `demo-out-2`, and so on."""
    more = (first.with_name(f"{first.name}-{number}") for number in count(2))
    return next(folder for folder in chain([first], more) if is_free(folder))


def main() -> int:
    parser = argparse.ArgumentParser(prog="desk.py demo --headless", description=__doc__)
    parser.add_argument("--out", type=Path, help="an empty or new folder for profiles, pictures and story.json")
    given = parser.parse_args()
    if given.out and not is_free(given.out):
        parser.error(f"{given.out} is not an empty folder; an earlier story is not played over. Name another.")
    out = given.out or free_folder(Path("demo-out"))
    story = Story(out.resolve())
    try:
        story.play()
    except StoryFailed as failure:
        print(f"✗ {failure}", flush=True)
        return 1
    finally:
        story.end()
    print(f"The story is whole: {len(story.steps)} steps. Everything lies in {out}.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
