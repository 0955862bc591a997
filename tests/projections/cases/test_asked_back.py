"""What was asked back of the officer: a returned assessment, until it is corrected, made anew or countersigned after all."""

from datetime import date
from typing import Any

import pytest

from domain.entries.entry import Entry
from domain.entries.schemas import load_entry
from projections.cases.asked_back import asked_back, last_returns
from tests.support.histories import PERSON, PLACE

CASE = "X123456/1"
RETURNED = date(2005, 11, 14)


def line(entry: str, type_: str, on: str, **fields: Any) -> dict[str, Any]:
    return {"entry": entry, "type": type_, "occurred_on": on, "recorded_at": f"{on}T09:00:00+00:00", **fields}


STARTED: dict[str, Any] = line(
    "start", "SupervisionStarted", "2005-10-03", person=PERSON, order_type="licence", **PLACE, officer="Ruth Ablewhite",
    officer_grade="po",
)  # fmt: skip
ASSESSED = line(
    "oasys", "AssessmentCompleted", "2005-11-09", instrument="oasys", stage="initial", assessor="Ruth Ablewhite",
    overall_risk_of_harm="high",
)  # fmt: skip
BACK = line("back", "AssessmentReturned", "2005-11-14", assessment="oasys", by="Ann Spo", reason="no victim's view")

ANSWERS: dict[str, dict[str, Any]] = {
    "a correction": line(
        "fixed", "EntryCorrected", "2005-11-16", of="oasys", fields={"sources": ["interview", "police"]}
    ),
    "another assessment": {**ASSESSED, **line("oasys-2", "AssessmentCompleted", "2005-11-16")},
    "a countersignature": line(
        "signed", "AssessmentCountersigned", "2005-11-16", assessment="oasys", by="Ann Spo", grade="spo"
    ),
}


def asked(*lines: dict[str, Any], on: date = date(2005, 12, 22)) -> list[tuple[str, str]]:
    return [(one.assessment.entry, one.returned.entry) for one in asked_back(CASE, read(*lines), on)]


def read(*lines: dict[str, Any]) -> list[Entry]:
    return [
        load_entry(one["type"], {k: v for k, v in one.items() if k != "type"}) for one in (STARTED, ASSESSED, *lines)
    ]


def test_a_returned_assessment_is_asked_for_from_the_day_of_the_return() -> None:
    assert asked(BACK) == [("oasys", "back")]
    assert asked(BACK, on=RETURNED) == [("oasys", "back")]
    assert asked(BACK, on=date(2005, 11, 13)) == []
    assert asked() == []


@pytest.mark.parametrize("how", ANSWERS)
def test_the_officer_has_answered(how: str) -> None:
    assert asked(BACK, ANSWERS[how]) == []
    (last,) = last_returns(CASE, read(BACK, ANSWERS[how]), date(2005, 12, 22))
    assert last.answer is not None and last.answer.entry == ANSWERS[how]["entry"]
    assert asked(BACK, ANSWERS[how], on=date(2005, 11, 15)) == [("oasys", "back")]


def test_a_second_return_asks_again_and_is_the_one_that_is_told() -> None:
    again = line(
        "again", "AssessmentReturned", "2005-11-18", assessment="oasys", by="Ann Spo", reason="no police check"
    )
    assert asked(BACK, ANSWERS["a correction"], again) == [("oasys", "again")]
    assert asked(BACK, again) == [("oasys", "again")]


def test_another_instrument_does_not_answer() -> None:
    other = {**ASSESSED, **line("ogrs", "AssessmentCompleted", "2005-11-16"), "instrument": "sara"}
    assert asked(BACK, other) == [("oasys", "back")]


def test_a_return_that_was_withdrawn_asks_for_nothing() -> None:
    assert asked(BACK, line("undone", "EntryWithdrawn", "2005-11-15", of="back", reason="the wrong one")) == []
