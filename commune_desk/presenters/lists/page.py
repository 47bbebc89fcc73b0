"""Bringing in a list: choose the file, say what its columns are, look at every row, import, take back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from commune_desk.domain.model.access import require
from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.time.clock import from_iso
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Refusal
from commune_desk.i18n import _, format_instant, format_number, ngettext, translate_error
from commune_desk.presenters.lists.columns import (
    Looked,
    column_rows,
    header_code,
    looked,
    target_options,
)
from commune_desk.presenters.lists.rows import ListRowText, RowView, findings_of, row_texts, row_view
from commune_desk.presenters.lists.views import (
    CheckView,
    ColumnsView,
    PastImport,
    Remark,
    ResultView,
    hint_of,
    tabs_of,
)
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.settings import is_removed
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import Counts, RowState, View
from commune_desk.store.lists.imports import Import, ImportState
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.sealed import require_open
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import SAME, ListSaving, decide
from commune_desk.usecases.lists.import_reading import ListReading
from commune_desk.usecases.lists.import_records import row_id
from commune_desk.usecases.lists.import_source import look_into, mapping_for, mapping_problem, source_of
from commune_desk.usecases.lists.import_undo import ListUndo
from commune_desk.usecases.sheets.write_rejects import Reject, write_rejects

_PAGE = 200
_MOST_REMARKS = 50


class Stage(StrEnum):
    """Where a list is on its way."""

    CHOOSE = "choose"
    COLUMNS = "columns"
    CHECK = "check"
    DONE = "done"


class ImportPage:
    """State of the page. The work itself is done by what `look`, `reading`, `saving` and `undoing` return."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self.stage = Stage.CHOOSE
        self.view = View.ALL
        self.import_id = ""
        self._sheet: Looked | None = None
        self._mapping: dict[int, str] = {}

    # Choosing

    def refusal(self) -> str:
        """Why this officer may not bring in lists; empty when they may."""
        try:
            require(self._workplace.actor, kind_of(ChildFile).write)
        except Refusal as refused:
            return translate_error(refused)
        return ""

    def broken_off(self) -> PastImport | None:
        """The import that a lock or a crash interrupted while its rows were being saved."""
        running = [one for one in self._unfinished() if one.state is ImportState.RUNNING]
        if not running:
            return None
        one = running[0]
        detail = _("{done} of {total} rows were saved; nobody sees them yet.").format(
            done=format_number(one.done), total=format_number(one.total)
        )
        return PastImport(one.id, one.title, detail)

    def unsettled(self) -> str:
        """The import that was broken off when its children were in the register already, for who may go on with it."""
        left = [] if self.refusal() else self._workplace.read(imports.unsettled)
        return next((one.id for one in left), "")

    def was_checking(self) -> str:
        """The import whose rows this officer was looking at when the register was closed; empty when there is none.

        A colleague's waits for the colleague: whoever goes back from it takes their decisions away.
        """
        own = self._workplace.actor.officer
        ready = [one.id for one in self._unfinished() if one.state is ImportState.READY and one.officer == own]
        return ready[-1] if ready else ""

    def left_behind(self) -> list[str]:
        """Imports to clear away without asking: half read, on the way back already, or of an officer who was removed
        before any of it was saved."""
        return self._workplace.read(lambda c: [one.id for one in imports.unfinished(c) if _is_left_behind(c, one)])

    def _unfinished(self) -> list[Import]:
        return self._workplace.read(imports.unfinished)

    def earlier(self) -> list[PastImport]:
        """The last imports, each of which can be taken back."""
        return [self._past(one) for one in self._workplace.read(imports.recent)]

    def _past(self, one: Import) -> PastImport:
        saved = self._workplace.read(lambda c: import_rows.count_in(c, one.id, RowState.SAVED))
        count = ngettext("{count} child", "{count} children", saved).format(count=format_number(saved))
        return PastImport(one.id, one.title, f"{format_instant(from_iso(one.at))} · {count}")

    def look(self, path: Path, sheet: str = "") -> Callable[[], Looked]:
        """Look into a file, on the slow-query thread; `found` takes the result. Raises Fault."""
        return lambda: looked(look_into(path, sheet))

    def look_again(self, sheet: str) -> Callable[[], Looked]:
        """Look at another sheet of the same file."""
        return self.look(self._looked().head.file.path, sheet)

    def with_header(self, code: str) -> Callable[[], Looked]:
        """Take another row as header (`first-last`), on the slow-query thread."""
        head = self._looked().head
        first, _dash, last = code.partition("-")
        return lambda: looked(head.with_header(int(first), int(last)))

    def found(self, sheet: Looked) -> None:
        """Show the columns of a sheet that was looked into."""
        self._sheet = sheet
        header = sheet.head.header
        self._mapping = self._workplace.read(lambda c: mapping_for(c, header)) if header else {}
        self.stage = Stage.COLUMNS

    def _looked(self) -> Looked:
        if self._sheet is None:
            raise ValueError("no list was chosen")
        return self._sheet

    # Columns

    def target_options(self) -> list[Option]:
        return target_options(self._workplace.codes)

    def set_target(self, column: int, target: str) -> None:
        """Say what a column holds."""
        self._mapping[column] = target

    def columns_view(self) -> ColumnsView:
        sheet = self._looked()
        head = sheet.head
        return ColumnsView(
            subtitle=head.file.path.name,
            sheets=tuple((name, name) for name in head.file.sheets),
            sheet=head.sheet,
            headers=sheet.header_options,
            header=header_code(head),
            columns=column_rows(sheet, self._mapping),
            problem=self._columns_problem(),
            remark=self._remark(head.digest),
        )

    def _columns_problem(self) -> str:
        if self._looked().head.header is None:
            return _("No header was found. Choose the row in which the titles of the columns stand.")
        problem = mapping_problem(self._mapping)
        return _(problem) if problem else ""

    def _remark(self, digest: str) -> str:
        before = self._workplace.read(lambda c: imports.imported_before(c, digest))
        if before is None:
            return ""
        when = format_instant(from_iso(before.at))
        return _("This very file was imported at {when}. Its children will show as repetitions.").format(when=when)

    def reading(self) -> ListReading:
        """Reads the rows, step by step on the slow-query thread; `was_read` when it is over."""
        return ListReading(self._workplace, source_of(self._looked().head, self._mapping))

    def first_look(self, import_id: str) -> tuple[View, CheckView]:
        """Which of the rows that were read are looked at first. Ask on the slow-query thread: every row is counted."""
        view = View.DUPLICATES if self._counts(import_id).undecided else View.ALL
        return view, self._looked_at(import_id, view)

    def was_read(self, import_id: str, view: View) -> None:
        """Show the rows that were read."""
        self.import_id, self.stage, self.view = import_id, Stage.CHECK, view

    # Checking

    def _counts(self, import_id: str) -> Counts:
        return self._workplace.register.read_slowly(lambda c: import_rows.counts(c, import_id)).result()

    def check_view(self) -> CheckView:
        """The rows of the view, at once."""
        return self.looking_at()()

    def looking_at(self) -> Callable[[], CheckView]:
        """Reads the rows of the view that is chosen now, on the slow-query thread: every row is counted."""
        import_id, view = self.import_id, self.view
        return lambda: self._looked_at(import_id, view)

    def _looked_at(self, import_id: str, view: View) -> CheckView:
        def look(connection: Connection) -> tuple[Counts, list[int]]:
            return import_rows.counts(connection, import_id), import_rows.row_numbers(connection, import_id, view)

        counts, ids = self._workplace.register.read_slowly(look).result()
        return self._check_view(counts, tuple(map(str, ids)))

    def recounted(self) -> CheckView:
        """The counts by now, without the rows. Ask on the slow-query thread: every row is counted."""
        return self._check_view(self._counts(self.import_id), ())

    def _check_view(self, counts: Counts, ids: tuple[str, ...]) -> CheckView:
        going = counts.total - counts.errors - counts.left
        return CheckView(
            tabs=tabs_of(counts),
            ids=ids,
            to_decide=counts.undecided,
            decided=counts.by_hand,
            import_text=_("Import {count} rows").format(count=format_number(going)),
            hint=hint_of(counts),
        )

    def rows(self, ids: Sequence[str]) -> list[ListRowText]:
        """The rows of at most some hundred ids."""
        found = self._workplace.read(lambda c: import_rows.rows_numbered(c, self.import_id, list(map(int, ids))))
        return row_texts(self._workplace, found)

    def row(self, one: str) -> RowView | None:
        """One row in full."""
        return row_view(self._workplace, self.import_id, int(one)) if one else None

    def decision(self, row: int, decision: str) -> Callable[[Tx], None]:
        """Decide about one repetition."""
        return lambda tx: decide(tx, self.import_id, [row], decision)

    def decide_rest(self, decision: str = SAME) -> Callable[[Tx], None]:
        """Decide about all that are still open."""
        import_id = self.import_id

        def run(tx: Tx) -> None:
            open_rows = [row for row, *_rest, made in import_rows.twins(tx.connection, import_id) if not made]
            decide(tx, import_id, open_rows, decision)

        return run

    # Importing, and back

    def saving(self) -> ListSaving:
        """Saves the rows, step by step; `was_saved` once it is shown."""
        return ListSaving(self._workplace, self.import_id)

    def resume(self, import_id: str) -> ListSaving:
        """Go on with an import that was broken off."""
        self.import_id = import_id
        return self.saving()

    def was_saved(self) -> None:
        """Show what became of the list."""
        self.stage = Stage.DONE

    def undoing(self, import_id: str = "") -> ListUndo:
        """Takes the import back, or discards it, step by step."""
        return ListUndo(self._workplace, import_id or self.import_id)

    def step_back(self) -> None:
        """Back to the columns when they are known, otherwise to choosing a file."""
        self.stage = Stage.COLUMNS if self._sheet else Stage.CHOOSE
        self.import_id = ""

    def start_over(self) -> None:
        """Back to choosing a file."""
        self._sheet = None
        self.step_back()

    def result_view(self) -> ResultView:
        """What became of the list. Ask on the slow-query thread: every row is counted."""
        return self._workplace.register.read_slowly(self._result).result()

    def _result(self, connection: Connection) -> ResultView:
        counts = import_rows.counts(connection, self.import_id)
        known = imports.import_named(connection, self.import_id)
        lines = (
            ("good", counts.saved, _("children are new in the register")),
            ("warning", counts.saved_with_warnings, _("of them with a warning, named below")),
            ("note", counts.filled, _("were in the register already; what was missing there was filled in")),
            ("note", counts.joined, _("rows repeat an earlier row and were joined with it")),
            ("danger", counts.rejected, _("rows have errors and were not imported")),
            ("warning", counts.left, _("rows are about children who have left this register meanwhile; they stay out")),
        )
        more = counts.saved_with_warnings - _MOST_REMARKS
        return ResultView(
            title=_("In the register: {title}").format(title=known.title if known else ""),
            lines=tuple((tone, format_number(count), text) for tone, count, text in lines if count),
            has_rejects=counts.rejected > 0,
            remarks=tuple(self._remarks(connection)),
            more_remarks=_("and {count} more").format(count=format_number(more)) if more > 0 else "",
        )

    def _remarks(self, connection: Connection) -> Iterator[Remark]:
        for one in import_rows.saved_with_warnings(connection, self.import_id, _MOST_REMARKS):
            sentences = [sentence for tone, sentence in findings_of(one) if tone == "warning"]
            yield Remark(row_id(self.import_id, one.row, "person"), one.payload.name, " ".join(sentences))

    def export_rejects(self, path: Path) -> Callable[[], int]:
        """Write the rows with errors and their reasons, on the slow-query thread; gives how many. Raises Fault."""
        return lambda: self._write_rejects(path)

    def _write_rejects(self, path: Path) -> int:
        require_open(self._workplace.register)
        read = self._workplace.register.read_slowly
        known = read(lambda c: imports.import_named(c, self.import_id)).result()
        numbers = read(lambda c: import_rows.row_numbers(c, self.import_id, View.ERRORS)).result()
        rejects: list[Reject] = []
        for part in batched(numbers, _PAGE):
            rows = read(lambda c, part=part: import_rows.rows_numbered(c, self.import_id, part)).result()  # type: ignore[misc]
            for one in sorted(rows, key=lambda one: one.row):
                reasons = [sentence for tone, sentence in findings_of(one) if tone == "danger"]
                rejects.append(Reject(one.payload.cells or (one.payload.name,), reasons, one.payload.heading))
        count = write_rejects(
            path,
            rejects,
            titles=known.columns if known else (),
            list_title=known.title if known else "",
            reason_title=_("Why it was refused"),
        )
        self._workplace.note(AuditAction.EXPORT, "import", self.import_id, {"rows": count})
        return count


def _is_left_behind(connection: Connection, one: Import) -> bool:
    if one.state is ImportState.READY:
        return is_removed(connection, one.officer)
    return one.state is not ImportState.RUNNING
