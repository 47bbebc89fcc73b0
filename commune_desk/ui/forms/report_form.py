"""The intake of a report, and the form for what was done about one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.report_form import MeasuresForm, ReportForm, ReportFormState
from commune_desk.presenters.routes import Route
from commune_desk.ui.forms.child_picker import ChildPicker
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.choice import Choice, MultiChoice, RadioRow
from commune_desk.ui.widgets.fields import LineEdit, TextEdit
from commune_desk.ui.widgets.page import TwoColumns
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.workplace import Workplace


class ReportFormPage(EntryPage):
    """An intake; with `person` it is about that child of the register."""

    def __init__(
        self,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        *,
        person: str = "",
        back: Route | None = None,
    ) -> None:
        self.report = ReportForm(workplace, person)
        super().__init__(self.report, workplace, tasks, navigate, back=back or Route("reports"))
        self._add_required()
        self._add_known()
        card = Card(_("What was reported"), "file-warning", aside=_("fields with * are enough"))
        card.add_padded(self.form)
        self._add_link(workplace)
        columns = TwoColumns()
        columns.main.addWidget(card)
        columns.side.addWidget(self.link_card)
        columns.side.addWidget(_secrecy())
        self.add(columns)
        self.begin()

    def _add_required(self) -> None:
        options = self.report.options("source")
        self.put("source", _("Source"), Choice(_("Source"), options), required=True)
        hour = LineEdit(_("Received at"), placeholder=_("dd/mm/yyyy hh:mm"))
        self.put("received_at", _("Received at"), hour, required=True)
        self.put("place", _("Place"), LineEdit(_("Place")), required=True, wide=True)
        self.put("description", _("Description"), TextEdit(_("Description"), lines=5), required=True, wide=True)

    def _add_known(self) -> None:
        options = self.report.options
        self.form.add_heading(_("If it is known"))
        self.put("child_name", _("Child's name"), LineEdit(_("Child's name")))
        self.put("child_age", _("Child's age"), LineEdit(_("Child's age"), placeholder=_("years, may be a guess")))
        self.put("child_sex", _("Child's sex"), RadioRow(_("Child's sex"), options("child_sex")), wide=True)
        self.put("forms", _("Form of abuse"), MultiChoice(_("Form of abuse"), options("forms")), wide=True)
        self.put("setting", _("Setting"), Choice(_("Setting"), options("setting")))
        suspect = _("Relation of the suspected person")
        self.put("relation", suspect, Choice(suspect, options("relation")))
        done = TextEdit(_("What was done at once"), lines=2)
        self.put("measures", _("What was done at once"), done, wide=True)
        self.form.add_heading(_("Informant (sealed, only if they agree)"))
        self.put("reporter_name", _("Informant's name"), LineEdit(_("Informant's name")))
        contact = _("Informant's phone or address")
        self.put("reporter_contact", contact, LineEdit(contact))

    def _add_link(self, workplace: Workplace) -> None:
        self.picker = ChildPicker(workplace)
        self.picker.chosen.connect(self._link)
        self.linked = Text("", bold=True, wrap=True)
        self.unlink = LinkButton(_("Not this child"))
        self.unlink.clicked.connect(lambda: self._link(""))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.picker, self.linked, self.unlink):
            column.addWidget(widget)
        self.link_card = Card(_("Child in the register"), "user")
        self.link_card.add_padded(holder)

    def _link(self, person: str) -> None:
        self.render_state(self.report.choose_child(person))
        self.keeper.touch()

    def render_more(self, state: ReportFormState) -> None:
        self.set_title(state.title)
        is_linked = bool(state.child)
        self.linked.set_text(state.child)
        self.linked.setVisible(is_linked)
        self.unlink.setVisible(is_linked)
        self.picker.setVisible(not is_linked)


def _secrecy() -> Card:
    card = Card(_("Who can read this"), "shield")
    words = _(
        "The description, what was done and the informant leave this PC only sealed. "
        "The informant is shown on this PC only when asked for, and that is written down."
    )
    card.add_padded(Text(words, size=Size.SMALL, ink="quiet", wrap=True))
    return card


class MeasuresFormPage(EntryPage):
    """What was done about a report, and when."""

    def __init__(self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], report: str) -> None:
        self.measures = MeasuresForm(workplace, report)
        super().__init__(self.measures, workplace, tasks, navigate, back=Route("reports", report))
        what = _("What was done, by whom, with what result")
        self.put("measures", what, TextEdit(what, lines=5), required=True, wide=True)
        hour = LineEdit(_("Done at"), placeholder=_("dd/mm/yyyy hh:mm"))
        self.put("acted_at", _("Done at"), hour, required=True)
        outcome = RadioRow(_("Outcome"), self.measures.options("outcome"))
        self.put("outcome", _("Outcome"), outcome, wide=True)
        card = Card(_("Emergency measures"), "shield", aside=_("Decree 56, article 26"))
        card.add_padded(self.form)
        self.add(card)
        self.begin()

    def render_more(self, state: ReportFormState) -> None:
        self.set_title(state.title, state.child)
