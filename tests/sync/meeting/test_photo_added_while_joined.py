"""A photo of a visit is added while a colleague's joining of the child's two records arrives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from commune_desk.domain.records.attachments import PDF
from commune_desk.usecases.records.attachments import Prepared, attach
from tests.helpers.attached import FACTS, scan
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.joined import join
from tests.sync.actors.colleagues import two_colleagues
from tests.sync.actors.real_province import OFFICE


def test_it_is_of_the_same_child_still(tmp_path: Path) -> None:
    with two_colleagues(tmp_path, OFFICE) as (here, there):
        (kept, file), (old, other) = (make_child("Chìu Văn Sáng") for _ in range(2))
        visit = make_visit(old.id)
        here.workplace.write(save_all(kept, file, old, other, visit))
        for one in (here, there):
            one.sync()
        here.workplace.write(lambda tx: join(tx, old.id, kept.id))
        for one in (here, there):
            one.sync()
        facts = replace(FACTS, visit=visit.id)
        there.workplace.write(lambda tx: attach(tx, old.id, Prepared(PDF, scan(1000)), facts))
        for one in (there, here):
            one.sync()
        assert here.desk.ask("SELECT person, visit FROM attachment") == [(kept.id, visit.id)]
