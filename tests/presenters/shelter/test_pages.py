"""The shelter's pages and forms in words: clocks, the shift, what a form asks and refuses."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.i18n import Language, set_language
from commune_desk.presenters.frame.entry_form import EntryForm, FormState
from commune_desk.presenters.shelter.admit_form import OTHER_PERSON, AdmitForm
from commune_desk.presenters.shelter.beds_form import BedsForm
from commune_desk.presenters.shelter.care_log_form import CareLogForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import BedChangeForm, OutingForm
from commune_desk.presenters.shelter.page import ShelterPage
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.presenters.shelter.stay_clocks import clocks_of
from commune_desk.store.pages.placements import StayRow, active_stays, bed_board, stay_row
from commune_desk.store.pages.tasks import open_tasks_of
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.tasks import add_task, finish_task
from commune_desk.usecases.shelter import placements
from tests.helpers import shelter_house
from tests.helpers.builders import SHELTER_SCOPE, make_person, make_placement, save_all
from tests.helpers.workplaces import OFFICER_NAME, asked_by_the_screen, clock_of, let_the_lease_run_out


def save(house: Workplace, form: EntryForm[FormState]) -> str:
    operation = form.submit()
    assert operation is not None, form.state().errors
    return house.write(operation)[0]


def stay_of(house: Workplace, stay: str) -> StayRow:
    row = house.read(lambda c: stay_row(c, stay))
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("left", "text", "tone", "icon"),
    [
        (8, "8/15 days left", "good", ""),
        (7, "7/15 days left", "warning", "clock"),
        (4, "4/15 days left", "warning", "clock"),
        (3, "3/15 days left", "warning", "alert-triangle"),
        (1, "1/15 days left", "danger", "alert-triangle"),
        (0, "last day today", "danger", "alert-triangle"),
        (-1, "1 day over", "danger", "alert-triangle"),
    ],
)
def test_a_clock_warns_in_words_and_tone_at_7_3_and_1_days(
    house: Workplace, left: int, text: str, tone: str, icon: str
) -> None:
    today = house.today()
    began = today - timedelta(days=14 - left)
    made = shelter_house.admission(house, isolation_from=began.isoformat())
    stay = house.write(lambda tx: placements.admit_to_shelter(tx, made))[0]
    isolation = next(clock for clock in clocks_of(stay_of(house, stay), today) if "isolation" in clock.chip.text)
    assert (isolation.left, isolation.chip.tone, isolation.chip.icon) == (text, tone, icon)


def test_both_clocks_show_and_the_pressing_one_stands_first(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    board = ShelterPage(house).board()
    tile = next(tile for tile in board.tiles if tile.route.record == stays["Hoa Sen"])
    assert tile.chip.text == "isolation: 11/15 days left"
    assert tile.second == "stay: 90 days left · 2 papers missing"
    assert tile.detail == "aged 14 · night 3"


@pytest.mark.parametrize(
    ("language", "out", "late"),
    [
        ("en", "out until 11:30", "late since 11:30"),
        ("vi", "ra ngoài, hẹn 11:30", "quá giờ, hẹn 11:30"),
    ],
)
def test_who_is_out_is_told_with_the_hour_agreed(house: Workplace, language: Language, out: str, late: str) -> None:
    set_language(language)
    stays = shelter_house.fill(house)

    def said() -> str:
        return next(t.chip.text for t in ShelterPage(house).board().tiles if t.route.record == stays["Hoa Huệ"])

    assert said() == out
    clock_of(house).pass_by(hours=4)
    assert said() == late


def test_an_isolation_that_was_ended_runs_no_more(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    form = AdmitForm(house, stay=stays["Hoa Sen"])
    form.edit("isolation_to", "22/11/2026")
    save(house, form)
    assert len(clocks_of(stay_of(house, stays["Hoa Sen"]), house.today())) == 1


def test_the_board_counts_and_says_what_is_free_and_closed(house: Workplace) -> None:
    shelter_house.fill(house)
    board = ShelterPage(house).board()
    assert board.subtitle == "7 residents, 3 children accompanying, 1 out of the house, 4 beds free, 1 closed"
    free = next(tile for tile in board.tiles if tile.label == "A3")
    closed = next(tile for tile in board.tiles if tile.label == "C2 sickroom")
    assert (free.is_free, free.route.form, closed.title, closed.route.form) == (True, "admit", "Đang sửa", "beds")


def test_who_is_late_stands_first_in_the_shift(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    rows = ShelterPage(house).board().shift
    assert [(row.title, row.lead) for row in rows[:2]] == [("Hoa Huệ", "11:30"), ("Hoa Huệ", "2 days left")]
    clock_of(house).pass_by(hours=4)
    rows = ShelterPage(house).board().shift
    assert (rows[0].title, rows[0].back, rows[0].ink) == ("Hoa Huệ", stays["Hoa Huệ"], "danger")
    house.write(ShelterPage(house).came_back(rows[0].back))
    assert all(not row.back for row in ShelterPage(house).board().shift)


def test_a_bed_given_twice_says_so(house: Workplace) -> None:
    beds = shelter_house.set_up(house)
    for alias in ("Hoa Sen", "Hoa Mai"):
        made = shelter_house.admission(house, alias=alias)
        stay = msgspec.structs.replace(made.placement, bed=beds["A1"].id, person=made.person.id)
        house.write(lambda tx, one=stay: tx.save(one))  # type: ignore[misc]
    tiles = [tile for tile in ShelterPage(house).board().tiles if tile.label == "A1"]
    assert [tile.chip.text for tile in tiles] == ["bed given twice", "bed given twice"]


def test_admission_asks_for_one_thing_that_is_not_filled_in_already(house: Workplace) -> None:
    beds = shelter_house.set_up(house)
    form = AdmitForm(house, beds["A1"].id)
    assert form.submit() is None
    assert form.state().errors.keys() == {"reason"}
    form.edit("reason", "domestic_violence")
    stay = stay_of(house, save(house, form))
    assert (stay.alias, stay.bed, stay.admitted_at) == ("Hoa Sen", "A1", "2026-11-23T01:00:00Z")
    tasks = house.read(lambda c: open_tasks_of(c, stay.person))
    assert [(task.title, task.due_on) for task in tasks] == [
        ("Review of day 3", "2026-11-25"),
        ("Review of day 7", "2026-11-29"),
    ]


def test_names_of_flowers_are_offered_those_never_used_first(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    form = AdmitForm(house)
    offered = form.suggestions("alias")
    assert offered[0] == "Hoa Ban"
    assert "Hoa Sen" not in offered
    leave = DischargeForm(house, stays["Hoa Sen"])
    leave.edit("reason", "left")
    save(house, leave)
    assert AdmitForm(house).suggestions("alias")[-1] == "Hoa Sen"


def test_what_is_typed_into_an_admission_reads_the_stays_of_ten_years_once(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    form = AdmitForm(house)
    form.edit("full_name", "Mẫu")
    with asked_by_the_screen(house) as asked:
        for typed in ("Mẫu Thị", "Mẫu Thị Sen"):
            state = form.edit("full_name", typed)
    assert "same_person" not in state.hidden
    whole = [sql for sql in asked if "placement" in sql and "s.person=" not in sql and "s.status IN" not in sql]
    assert whole == []
    assert form.options("same_person")[0][0] == stay_of(house, stays["Hoa Sen"]).person


def test_isolation_as_a_reason_starts_its_clock_today(house: Workplace) -> None:
    form = AdmitForm(house)
    assert form.edit("reason", "isolation").values["isolation_from"] == "23/11/2026"


def test_a_returning_resident_stays_one_person(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    person, born = stay_of(house, stays["Hoa Sen"]).person, stay_of(house, stays["Hoa Sen"]).birth_date
    leave = DischargeForm(house, stays["Hoa Sen"])
    leave.edit("reason", "left")
    save(house, leave)
    form = AdmitForm(house)
    form.edit("reason", "domestic_violence")
    assert "same_person" not in form.edit("full_name", "Mẫu Thị Sen").hidden
    assert form.submit() is None
    form.edit("same_person", person)
    again = save(house, form)
    assert stay_of(house, again).person == person
    view = ResidentPage(house, again).view()
    assert view is not None
    assert [stay for stay, _text in view.earlier] == [stays["Hoa Sen"]]
    assert stay_of(house, again).birth_date == born is not None


def test_who_is_in_the_house_cannot_be_admitted_again_but_a_namesake_can(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    form = AdmitForm(house)
    form.edit("reason", "domestic_violence")
    form.edit("full_name", "Mẫu Thị Sen")
    form.edit("same_person", stay_of(house, stays["Hoa Sen"]).person)
    assert form.submit() is None
    form.edit("same_person", OTHER_PERSON)
    save(house, form)


def test_the_form_says_what_the_commune_will_learn(house: Workplace) -> None:
    form = AdmitForm(house)
    assert "no commune is told" in form.state().note
    assert form.edit("home_commune", "06838").note.startswith("Bình Liêu Commune is told only")


def test_papers_that_come_later_are_ticked_off(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    page = ResidentPage(house, stays["Hoa Sen"])
    assert page.view() is not None
    house.write(page.keep_papers(["declaration", "decision", "emergency_record"]))
    view = page.view()
    assert view is not None
    assert view.papers_note == "The dossier is complete."
    assert all("missing" not in chip.text for chip in view.chips)


def test_the_real_name_is_on_the_page_of_the_resident_and_opening_it_is_written_down(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    page = ResidentPage(house, stays["Hoa Sen"])
    view = page.view()
    assert view is not None
    assert (view.alias, view.name) == ("Hoa Sen", "Mẫu Thị Sen")
    assert [fact.label for fact in page.sealed()] == ["Condition on arrival"]
    house.write(lambda tx: None)
    rows = house.read(lambda c: c.execute("SELECT action, record FROM audit ORDER BY seq DESC LIMIT 2").fetchall())
    assert rows == [("open_sealed", stays["Hoa Sen"]), ("open", stays["Hoa Sen"])]


def test_what_was_done_for_a_resident_stands_in_the_stay_in_which_it_was_done(house: Workplace) -> None:
    stay = shelter_house.fill(house)["Hoa Sen"]
    row = stay_of(house, stay)
    (review,) = house.read(lambda c: open_tasks_of(c, row.person))
    clock_of(house).pass_by(hours=1)
    house.write(lambda tx: finish_task(tx, review.id))
    clock_of(house).pass_by(hours=1)
    slept = shelter_house.log_entry(stay, house.present(), "daily", "Ngủ yên.")
    house.write(lambda tx: placements.log_care(tx, slept, []))
    told = ResidentPage(house, stay).view()
    assert told is not None
    entry, done, *_before = told.timeline
    assert (entry.body, done.heading, done.body) == ("Ngủ yên.", "Task done", review.title)
    assert done.meta.endswith(OFFICER_NAME)
    again = to_iso(house.present() + timedelta(hours=1))
    later = make_placement(RecordId(row.person), admitted_at=again, alias="Hoa Lan")
    house.write(save_all(later))
    clock_of(house).pass_by(hours=2)
    task = house.write(lambda tx: add_task(tx, "Gọi bà ngoại", person=row.person))[0]
    house.write(lambda tx: finish_task(tx, task))
    pages = {one: ResidentPage(house, one).view() for one in (stay, later.id)}
    found = {
        one: [moment.body for moment in view.timeline if moment.heading == "Task done"]
        for one, view in pages.items()
        if view is not None
    }
    assert found == {stay: [review.title], later.id: ["Gọi bà ngoại"]}


def test_an_unknown_stay_has_no_page(house: Workplace) -> None:
    assert ResidentPage(house, "0" * 32).view() is None


def test_the_log_form_ticks_off_what_is_due(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    form = CareLogForm(house, stays["Hoa Sen"])
    ((task, text),) = form.options("done")
    assert text == "Rà soát ngày thứ 3 · 22/11/2026"
    form.edit("note", "Cháu ổn")
    form.edit("done", (task,))
    save(house, form)
    assert CareLogForm(house, stays["Hoa Sen"]).options("done") == []


@pytest.mark.parametrize(("typed", "due"), [("11:30", "2026-11-23T04:30:00Z"), ("7h", "2026-11-24T00:00:00Z")])
def test_the_hour_of_return_is_the_next_time_the_clock_shows_it(house: Workplace, typed: str, due: str) -> None:
    stays = shelter_house.fill(house)
    form = OutingForm(house, stays["Hoa Sen"])
    form.edit("back_at", typed)
    form.edit("note", "Đi khám")
    save(house, form)
    assert stay_of(house, stays["Hoa Sen"]).due_back_at == due


def test_only_free_beds_are_offered_for_a_change(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    form = BedChangeForm(house, stays["Hoa Sen"])
    labels = [text.partition(" ")[0] for _code, text in form.options("bed")]
    assert labels == ["A3", "B1", "B4", "D2"]
    form.edit("bed", form.options("bed")[0][0])
    save(house, form)
    assert stay_of(house, stays["Hoa Sen"]).bed == "A3"


def test_the_end_of_a_stay_shows_when_the_house_asks_again(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    form = DischargeForm(house, stays["Hoa Sen"])
    assert "30/11/2026 (1 week), 23/12/2026 (1 month), 23/02/2027 (3 months)" in form.state().note
    assert form.submit() is None
    assert form.state().errors.keys() == {"reason"}
    form.edit("reason", "family")
    assert form.submit() is None
    assert form.state().errors.keys() == {"receiver"}
    form.edit("receiver", "Bà ngoại, đã xem căn cước")
    save(house, form)
    stay = stay_of(house, stays["Hoa Sen"])
    tasks = house.read(lambda c: open_tasks_of(c, stay.person))
    assert [task.due_on for task in tasks] == ["2026-11-30", "2026-12-23", "2027-02-23"]
    assert stay.status == "ended"


def test_the_first_beds_are_offered_ready_made(house: Workplace) -> None:
    form = BedsForm(house)
    assert form.state().note == "12 beds are added."
    save(house, form)
    assert [row.bed.label for row in house.read(bed_board)] == list(shelter_house.LABELS)
    more = BedsForm(house)
    more.edit("standard", "A1")
    assert more.submit() is None


def test_a_draft_comes_back_as_it_was(house: Workplace) -> None:
    form = AdmitForm(house)
    form.edit("brought_by", "Công an xã")
    other = AdmitForm(house)
    assert other.restore(form.payload() | {"of another version": 1}).values["brought_by"] == "Công an xã"


def test_a_draft_of_a_stay_closes_with_the_lease_and_empties_nothing(house: Workplace) -> None:
    stay = shelter_house.fill(house)["Hoa Sen"]
    typed = AdmitForm(house, stay=stay)
    typed.edit("belongings", "Một ba lô")
    known = typed.state().values["condition"]
    kept = typed.payload()
    assert known
    let_the_lease_run_out(house)
    form = AdmitForm(house, stay=stay)
    values = form.restore(kept).values
    assert (values["belongings"], values["condition"]) == ("Một ba lô", "")
    assert known not in repr(form.payload())
    save(house, form)
    stored = house.write(lambda tx: tx.existing(Placement, stay))[0]
    assert (stored.belongings, stored.condition) == ("Một ba lô", known)


def test_a_draft_comes_back_in_the_bed_that_is_pressed_by_then(house: Workplace) -> None:
    """Else whoever presses a free bed admits to the one of the evening before."""
    beds = shelter_house.set_up(house)
    form = AdmitForm(house, beds["A1"].id)
    form.edit("brought_by", "Công an xã")
    other = AdmitForm(house, beds["A2"].id).restore(form.payload()).values
    assert (other["bed"], other["brought_by"]) == (beds["A2"].id, "Công an xã")
    form.edit("bed", beds["A3"].id)
    for pressed in ("", beds["A1"].id):
        again = AdmitForm(house, pressed).restore(form.payload()).values
        assert again["bed"] == beds["A3"].id, "what was chosen in the form since"


def test_no_resident_is_lost_when_the_bed_is_not_here(house: Workplace) -> None:
    made = shelter_house.admission(house)
    house.write(lambda tx: placements.admit_to_shelter(tx, made))
    (tile,) = ShelterPage(house).board().tiles
    assert (tile.label, tile.title) == ("No bed yet", "Hoa Sen")
    assert len(house.read(active_stays)) == 1


def test_what_two_desks_did_twice_is_said_on_the_board(house: Workplace) -> None:
    """Neither desk could know; alike names in one house mix up two residents' medicine."""
    people = [make_person("", birth_date=None, scope=SHELTER_SCOPE) for _ in range(3)]
    stays = [
        make_placement(people[0].id, alias="Hoa Sen"),
        make_placement(people[1].id, alias="hoa sen"),
        make_placement(people[2].id, alias="Hoa Mai"),
        make_placement(people[2].id, alias="Hoa Ban"),
    ]
    house.write(save_all(*people, *stays))
    board = {(tile.title, tile.chip.text) for tile in ShelterPage(house).board().tiles}
    assert board == {
        ("Hoa Sen", "name given twice"),
        ("hoa sen", "name given twice"),
        ("Hoa Mai", "admitted twice"),
        ("Hoa Ban", "admitted twice"),
    }


def test_of_a_resident_nobody_knows_anything_about_the_home_commune_is_told(house: Workplace) -> None:
    """What another desk admitted: a person of whom nothing is known has no record to send."""
    stay = make_placement(new_record_id(), home_commune="06838")
    house.write(save_all(stay))
    view = ResidentPage(house, stay.id).view()
    assert view is not None
    assert view.line == "birth date not known · Bình Liêu Commune"
