"""The sync page: of whom the province keeps something aside, each with the way to where it can be read."""

from __future__ import annotations

from dataclasses import replace

from commune_desk.domain.records.kinds import KINDS
from commune_desk.i18n import _, format_number
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.sync.status_line import StatusLine, when
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.set_aside_texts import why_set_aside
from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange.set_aside import SetAside, records_set_aside
from commune_desk.store.pages.subjects import Subject, subject_of
from commune_desk.usecases.desk.workplace import Workplace

_OWN_PAGES = {"report": "reports", "placement": "resident"}
"""Where records of a kind are read that have a page of their own."""
_MOST = 5
"""Lines that fit beside the rest; the child's page marks each change besides."""


def records_aside(workplace: Workplace) -> tuple[StatusLine, ...]:
    """A line for each record, the last first; where there are several reasons each with its own."""
    found, more = workplace.read(lambda db: records_set_aside(db, _MOST))
    has_several = len({one.code for one in found}) > 1 or more > 0
    lines = [_line(workplace, one, has_several=has_several) for one in found]
    if more:
        lines.append(StatusLine(_("and {count} more").format(count=format_number(more))))
    return tuple(lines)


def _line(workplace: Workplace, one: SetAside, *, has_several: bool) -> StatusLine:
    subject, route = workplace.read(lambda db: _whose(db, one))
    what = _what(one)
    title = subject.name or what
    if subject.of_child:
        title = _("{relative}, family of {child}").format(relative=title, child=subject.of_child)
    detail = labels.joined(what if title != what else "", when(one.at))
    why = why_set_aside(one.code) if has_several else ""
    line = StatusLine(title, "\n".join(filter(None, (detail, why))))
    return replace(line, route=route, icon="arrow-right", tone="accent") if route else line


def _what(one: SetAside) -> str:
    kind = KINDS.get(one.kind)
    if one.verb in labels.WHERE_HELD:
        return _(labels.WHERE_HELD[one.verb])
    return _(kind.label) if kind else ""


def _whose(db: Connection, one: SetAside) -> tuple[Subject, Route | None]:
    """Whom it is about, and the page that shows it; no page where the record has left, or has none of its own."""
    subject = subject_of(db, one.kind, one.record)
    if page := _OWN_PAGES.get(one.kind):
        is_here = db.execute(f"SELECT 1 FROM {one.kind} WHERE id=?", (one.record,)).fetchone()  # noqa: S608 - our own names
        return subject, Route(page, one.record) if is_here else None
    has_page = db.execute("SELECT 1 FROM child_file WHERE person=?", (subject.child,)).fetchone()
    return subject, Route("child", subject.child) if has_page else None
