"""What is to be done, from the columns: for any moment what reading case by case gives; and each rule on small files."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entries.case_entries import Entry
from domain.policy.standards.edition_files import national_standards
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.lists.counted_cases import CountedCases
from projections.lists.listed_notices import ListedNotices
from projections.lists.open_duties import OpenDuties
from projections.lists.todo_bands import BANDS
from projections.lists.todo_counts import TodoCounts, by_team, folded_old, laid_kinds
from projections.lists.todo_items import TodoItems, for_manager, for_officer
from projections.lists.todo_lines import TodoBlock, lines_of, todo_blocks
from tests.projections.lists.test_shown_cases import of_histories
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.histories import LONGEST_DAYS, facts_of, histories
from tests.support.todo_by_reading import Told, told

Files = dict[str, list[Entry]]


def items_of(files: Files, moment: Moment) -> TodoItems:
    """The items of all of these cases."""
    selection = CaseSelection(columns_of(files), moment)
    every = selection.there
    return TodoItems.of(OpenDuties.of(selection, every), ListedNotices.of(selection, every))


def said(items: TodoItems, files: Files) -> list[Told]:
    """The items, as a reader of the cases would tell them."""
    counted = CountedCases(items.selection, items.selection.there, items.selection.there & False)
    lines = lines_of(items, counted.snapshots(items.case), lambda name: [fact.entry for fact in files[name]])
    shown = zip(lines, for_manager(items).tolist(), for_officer(items).tolist(), strict=True)
    return [
        Told(
            line.case.reference, line.obligation.clause.id if line.obligation else line.notice.notice,  # type: ignore[union-attr]
            line.due_on, list(BANDS)[line.band], line.managers, manager, officer,
        )
        for line, manager, officer in shown
    ]  # fmt: skip


@given(st.lists(histories(25, odd=True), min_size=1, max_size=4), st.data())
@examples(25)
def test_the_items_are_what_reading_case_by_case_gives(lines: list[list[dict[str, Any]]], data: st.DataObject) -> None:
    files = {f"X{number:06}/1": facts_of(one) for number, one in enumerate(lines)}
    for _ in range(3):
        start = data.draw(st.sampled_from([facts[0].occurred_on for facts in files.values()]))
        on = start + timedelta(days=data.draw(st.integers(-5, LONGEST_DAYS + 300)))
        moment = Moment(on, data.draw(st.sampled_from((None, end_of_day(on)))))
        items = items_of(files, moment)
        wanted = told(of_histories(files, moment, files))
        assert sorted(said(items, files)) == sorted(wanted)
        assert sum(len(items.blocks.of(at)) for at in range(len(items.blocks))) == len(items)


PERSON = {
    "name": "Zoë Ó Briain",
    "date_of_birth": "1975-02-28",
    "gender": "female",
    "ethnicity": "W2",
    "disability": False,
}


def started(crn: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "SupervisionStarted", "entry": "s", "occurred_on": "2005-05-03", "recorded_at": "2005-05-03T10:00:00+01:00",
        "order_type": "community_order", "area": "Gloucestershire", "division": "North", "team": "Cheltenham",
        "officer": "Ruth Ablewhite", "officer_grade": "po", "person": PERSON | {"crn": crn}, "requirements": ["supervision"],
        **more,
    }  # fmt: skip


def entry(type_: str, number: str, on: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "entry": number, "occurred_on": on, "recorded_at": f"{on}T12:00:00+00:00", **more}


def risk(on: str, to: str, number: str = "r") -> dict[str, Any]:
    return entry("RiskLevelChanged", number, on, **{"from": "low", "to": to, "reason": "known now"})


def of(day: date, **cases: list[dict[str, Any]]) -> tuple[TodoItems, Files]:
    files = {f"{crn}/1": facts_of([started(crn), *lines]) for crn, lines in cases.items()}
    return items_of(files, Moment(day, end_of_day(day))), files


def blocks_of(items: TodoItems, files: Files, which: Array | None = None) -> list[TodoBlock]:
    shown = items.only(for_manager(items) if which is None else which)
    counted = CountedCases(items.selection, items.selection.there, items.selection.there & False)
    missed = np.zeros(items.selection.columns.numbers, np.int64)
    return todo_blocks(
        shown, 0, len(shown.blocks), missed, counted.snapshots(shown.case),
        lambda name: [fact.entry for fact in files[name]],
    )  # fmt: skip


def order(items: TodoItems, files: Files) -> list[tuple[str, str]]:
    return [(block.case.reference, block.band_word) for block in blocks_of(items, files)]


DAY = date(2005, 9, 12)


def test_cases_stand_by_the_risk_known_on_the_day() -> None:
    cases = {
        "A000001": [risk("2005-05-09", "low")],
        "A000002": [risk("2005-05-09", "high")],
        "A000003": [risk("2005-05-09", "very_high")],
        "A000004": [],
        "A000005": [risk("2005-05-09", "low"), risk("2005-09-12", "very_high", "r2")],
    }
    assert order(*of(DAY, **cases)) == [
        ("A000003/1", "Very high risk"), ("A000004/1", "Never assessed"), ("A000005/1", "Very high risk"),
        ("A000002/1", "High risk"), ("A000001/1", "Other cases"),
    ]  # fmt: skip
    before = [word for name, word in order(*of(DAY - timedelta(days=1), **cases)) if name == "A000005/1"]
    assert before == ["Other cases"]


@pytest.mark.parametrize(("level", "word"), [(3, "MAPPA 3"), (2, "MAPPA 2"), (1, "Other cases")])
def test_the_mappa_level_makes_the_band(level: int, word: str) -> None:
    lines = [risk("2005-05-09", "medium"), entry("MappaSet", "m", "2005-05-09", level=level, category=1)]
    assert order(*of(DAY, A000001=lines)) == [("A000001/1", word)]


def test_an_assessment_past_its_review_says_since_when() -> None:
    items, files = of(DAY, A000001=[risk("2005-05-09", "low")])
    (block,) = blocks_of(items, files)
    review = next(
        line for line in block.lines if line.obligation and line.obligation.clause.id == "risk-of-harm-review"
    )
    assert block.review_due_on == review.due_on < DAY
    early, files = of(review.due_on, A000001=[risk("2005-05-09", "low")])
    assert [block.review_due_on for block in blocks_of(early, files)] == [None]


def test_what_is_a_year_old_is_folded_but_never_in_the_first_band() -> None:
    items, files = of(date(2007, 1, 15), A000001=[risk("2005-05-09", "low")], A000002=[])
    old = folded_old(items)
    assert {item.reference for item in said(items.only(old), files)} == {"A000001/1"}
    assert TodoCounts.of(items).old == int(old.sum()) > 0
    shown = blocks_of(items, files)
    assert shown[0].case.reference == "A000002/1" and min(line.due_on for line in shown[0].lines) < date(2006, 1, 1)
    assert all(line.due_on >= date(2006, 1, 15) for block in shown[1:] for line in block.lines)


def test_what_an_ended_case_left_is_folded() -> None:
    ended = entry("SupervisionEnded", "z", "2005-07-04", reason="completed")
    items, files = of(DAY, A000001=[risk("2005-05-09", "low"), ended])
    assert blocks_of(items, files) == []
    assert TodoCounts.of(items).ended == len(items) == 1


def test_an_assessment_to_countersign_waits_at_once_and_is_said_once() -> None:
    made = entry(
        "AssessmentCompleted", "a1", "2005-09-12", instrument="oasys", stage="initial", assessor="Ruth Ablewhite",
        risk_of_harm={"children": "high", "public": "low", "known_adult": "low", "staff": "low", "prisoners": "low"},
    )  # fmt: skip
    items, files = of(DAY, A000001=[made])
    told_items = [item for item in said(items, files) if item.managers]
    assert [(item.what, item.for_manager, item.for_officer) for item in told_items] == [
        ("assessment-countersigned", True, False)
    ]


def test_an_appointment_arranged_in_time_leaves_the_list() -> None:
    booked = entry("AppointmentMade", "b", "2005-05-04", for_on="2005-05-09", contact_type="office")
    day = date(2005, 5, 5)
    (first,) = (i for i in said(*of(day, A000001=[])) if i.what == "first-contact")
    assert first.for_officer
    items, files = of(day, A000001=[booked])
    assert not any(i.for_officer for i in said(items, files) if i.what == "first-contact")
    assert TodoCounts.of(items).arranged >= 1
    hindsight = items_of(files, Moment(day, None))
    assert TodoCounts.of(hindsight).arranged == 0


def test_by_team_counts_each_case_once_in_the_band_of_its_block() -> None:
    items, _ = of(DAY, A000001=[risk("2005-05-09", "low")], A000002=[risk("2005-05-09", "high")], A000003=[])
    shown = items.only(for_manager(items))
    (team,) = by_team(shown, np.arange(3))
    assert (team.team, team.cases, team.high) == ("Cheltenham", 3, 1)
    assert team.bands == {"a": 1, "b": 0, "c": 1, "d": 1, "e": 0}
    for letter, count in team.bands.items():
        values, numbers = shown.coded("band")
        assert (
            len({c for c, n in zip(shown.case.tolist(), numbers.tolist(), strict=True) if values[n] == letter}) == count
        )


def test_what_is_nought_and_what_no_edition_lays_are_named() -> None:
    items, _ = of(DAY, A000001=[risk("2005-05-09", "low")])
    edition = national_standards().on(DAY)
    found = laid_kinds(items, edition, 0)
    assert {"countersigning", "courts", "recording"} <= set(found.nothing_in) and "reviews" not in found.nothing_in
    nobody = items_of({}, Moment(DAY, end_of_day(DAY)))
    assert "contact" in laid_kinds(nobody, edition, 0).nothing_in
    assert "contact" not in laid_kinds(nobody, edition, 1).nothing_in
    assert (found.not_laid, found.not_shown) == ((), 4)
    later = laid_kinds(items, national_standards().on(date(2012, 1, 1)), 0)
    assert "assessment" in later.not_laid and later.nothing_in == ["enforcement"][: len(later.nothing_in)]
    assert laid_kinds(items, None, 0) == ([], (), 0, "")


def test_no_cases_at_all_make_an_empty_list() -> None:
    items = items_of({}, Moment(DAY, end_of_day(DAY)))
    assert len(items) == len(items.blocks) == 0
    assert TodoCounts.of(items) == (0, 0, 0, 0, 0) and by_team(items, np.zeros(0, np.int64)) == []
