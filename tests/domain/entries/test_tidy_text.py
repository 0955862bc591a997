"""One name has one spelling: text is kept in NFC, trimmed, and short text without doubled spaces."""

import pytest

from domain.entries.case_entries import AppointmentMade, ContactLogged, SupervisionPlanMade, SupervisionStarted
from domain.entries.entry import Entry
from domain.entries.schemas import ShapeError, load_entry
from domain.entries.tidy_text import tidied
from tests.support.histories import PERSON, PLACE

COMMON = {"entry": "e1", "occurred_on": "2005-06-01", "recorded_at": "2005-06-01T18:00:00+01:00"}
COMPOSED, SPLIT = "Jos\u00e9 P", "Jose\u0301 P"


def loaded(type_: str, **fields: object) -> Entry:
    return load_entry(type_, {**COMMON, **fields})


@pytest.mark.parametrize("written", [COMPOSED, SPLIT, f"{SPLIT} ", "Jos\u00e9  P", "\u00a0Jos\u00e9\tP\n"])
def test_spellings_of_one_name_become_one(written: str) -> None:
    begun = loaded(
        "SupervisionStarted", person=PERSON | {"name": written}, order_type="licence", **PLACE, officer=written,
        officer_grade="po",
    )  # fmt: skip
    assert isinstance(begun, SupervisionStarted)
    assert begun.officer == begun.person.name == COMPOSED


def test_longer_text_keeps_its_lines_and_doubled_spaces() -> None:
    logged = loaded(
        "ContactLogged", contact_type="office", note=f" {SPLIT}:  came.\n\nLeft.\n", **{"with": " his  mother "}
    )  # fmt: skip
    assert isinstance(logged, ContactLogged)
    assert (logged.note, logged.with_) == (f"{COMPOSED}:  came.\n\nLeft.", "his mother")


def test_text_inside_groups_is_tidied_too() -> None:
    plan = loaded("SupervisionPlanMade", objectives=[{"text": f" {SPLIT} ", "smart": True}], interventions=[])
    assert isinstance(plan, SupervisionPlanMade)
    assert plan.objectives[0].text == COMPOSED


def test_ids_are_never_changed() -> None:
    made = loaded("AppointmentMade", for_on="2005-06-08", contact_type="office", entry=f"{SPLIT}  1 ")
    assert isinstance(made, AppointmentMade)
    assert made.entry == f"{SPLIT}  1 "
    assert tidied(made) is made


def test_a_name_of_spaces_alone_is_refused() -> None:
    with pytest.raises(ShapeError) as refused:
        loaded("AssessmentCompleted", instrument="oasys", stage="initial", assessor=" \u00a0")
    assert refused.value.problems == [("assessor", "Length must be between 1 and 200.")]
