"""What a score rests on: the same counted case by case from histories and from the columns of a whole service."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from domain.calendar.london_time import LONDON
from domain.entries.case_entries import Entry
from projections.cases.rests_on import RestsOn, subjects_not_laid
from projections.columns.away_counts import rests_on
from projections.columns.case_selection import CaseSelection
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger_rows import spell_rows
from tests.support.columns import columns_of
from tests.support.histories import PERSON, PLACE, facts_of

Said = tuple[str, str, dict[str, Any]]


def file_of(*said: Said) -> list[Entry]:
    """A file that begins on 6 June 2005; of each later entry its type, its day and its fields."""
    order = {"person": PERSON, "order_type": "licence", **PLACE, "officer": "Ruth Ablewhite", "officer_grade": "po"}
    lines = []
    for number, (type_, on, fields) in enumerate((("SupervisionStarted", "2005-06-06", order), *said)):
        recorded = datetime.combine(date.fromisoformat(on), time(12), LONDON).isoformat()
        lines.append({"entry": f"e{number}", "type": type_, "occurred_on": on, "recorded_at": recorded, **fields})
    return facts_of(lines)


FILES = {
    "X000001/1": file_of(),
    "X000002/1": file_of(("CustodyStarted", "2005-07-04", {"reason": "remand"}), ("CustodyEnded", "2005-07-20", {})),
    "X000003/1": file_of(
        ("RecallDecided", "2005-07-04", {"outcome": "recalled"}), ("CustodyStarted", "2005-07-18", {"reason": "recall"})
    ),
    "X000004/1": file_of(("WhereaboutsUnknown", "2005-07-04", {"basis": "enquiries"})),
    "X000005/1": file_of(
        (
            "ContactSuspended", "2005-07-01",
            {"from_on": "2005-07-04", "to_on": "2005-07-15", "reason": "hospital", "by": "Ann Spo", "grade": "spo"},
        )
    ),
}  # fmt: skip


def counts(on: date, known_at: datetime | None) -> tuple[int, int, int, int]:
    selection = CaseSelection(columns_of(FILES), Moment(on, known_at))
    found = rests_on(selection, selection.there)
    histories = [History.of(facts, known_at) for facts in FILES.values()]
    assert found == RestsOn.of_histories([one for one in histories if one.start is not None], on)
    return found.cases, found.in_custody, found.whereabouts_unknown, found.contact_suspended


def test_cases_away_for_part_of_their_time_are_counted_up_to_the_day() -> None:
    assert counts(date(2005, 7, 3), None) == (5, 0, 0, 0)
    assert counts(date(2005, 7, 4), None) == (5, 1, 2, 1)
    assert counts(date(2005, 7, 18), None) == (5, 2, 2, 1)
    assert counts(date(2006, 1, 1), None) == (5, 2, 2, 1)


def test_what_was_not_known_yet_is_not_counted() -> None:
    assert counts(date(2005, 7, 18), end_of_day(date(2005, 7, 3))) == (5, 0, 0, 1)


def away(facts: Sequence[Entry]) -> list[tuple[str, str | None]]:
    return [(row.begins_on.isoformat(), row.away) for row in spell_rows(History.of(facts))]


def test_a_spell_says_why_the_person_could_not_be_seen() -> None:
    assert away(FILES["X000002/1"]) == [("2005-06-06", None), ("2005-07-04", "custody"), ("2005-07-20", None)]
    assert away(FILES["X000003/1"]) == [
        ("2005-06-06", None), ("2005-07-04", "whereabouts_unknown"), ("2005-07-18", "custody"),
    ]  # fmt: skip
    assert away(FILES["X000005/1"]) == [("2005-06-06", None), ("2005-07-04", "contact_suspended"), ("2005-07-16", None)]


def test_an_edition_that_lays_few_duties_names_the_subjects_that_it_does_not_lay() -> None:
    assert subjects_not_laid(date(1980, 1, 1)) == ()
    assert len(subjects_not_laid(date(2012, 1, 1))) > len(subjects_not_laid(date(2005, 6, 6)))
