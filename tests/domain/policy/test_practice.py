"""The rules of practice: the numbers that are read, what does not load, and the clauses that each concerns."""

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.policy.cited_documents import STANDARDS, PolicyError
from domain.policy.practice import NUMBERS, _practice, practice, read_practice
from domain.policy.standards.edition_files import national_standards

SHIPPED = (STANDARDS / "practice.yaml").read_text(encoding="utf-8")


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[str], str]:
    """What is said of a file with this content."""

    def refused(content: str) -> str:
        path = tmp_path / "practice.yaml"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(PolicyError) as error:
            read_practice(path)
        return str(error.value)

    return refused


def test_the_numbers_are_those_of_the_law_in_practice() -> None:
    read = practice()
    assert {name: getattr(read, name) for name in NUMBERS} == {
        "working_days_between_stays": 2, "long_custody_days": 28, "share_at_liberty": 0.5, "earlier_work_weeks": 16,
        "undecided_breach_weeks": 16, "whereabouts_working_days": 10, "suspension_weeks": 12, "decision_working_days": 7,
        "windows_years": 30, "unpaid_work_years": 5,
    }  # fmt: skip


def test_what_is_kept_between_runs_is_what_the_file_says() -> None:
    assert practice() == _practice.__wrapped__(None) == read_practice(STANDARDS / "practice.yaml")


def test_each_of_ours_says_that_the_printed_standards_do_not_say() -> None:
    for parameter in practice().parameters:
        if parameter.sure == "P":
            assert parameter.cite.startswith(("law in practice, rule ", "docs/standards.md, ")), parameter.id
            assert (parameter.remark or "").startswith("the printed standards do not say"), parameter.id
        else:
            assert parameter.remark, parameter.id


def line_of(content: str, text: str) -> int:
    return next(n for n, line in enumerate(content.splitlines(), 1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("value: 28", 'value: "28 days"', "value: ", "needs a whole number from 1 to 1,000; '28 days'"),
        ("value: 28", "value: 28.0", "value: ", "needs a whole number from 1 to 1,000; 28.0"),
        ("value: 28", "value: 0", "value: ", "needs a whole number from 1 to 1,000; 0"),
        ("value: 28", "value: true", "value: ", "needs a whole number from 1 to 1,000; True"),
        ("value: 28", "value: 99999999999", "value: ", "needs a whole number from 1 to 1,000; 99999999999"),
        ("    value: 28\n", "", "- id: long_custody_days", "needs a whole number from 1 to 1,000; missing"),
        ("    value: 28\n    unit: days\n", "    value: 28\n", "- id: long_custody_days", "say of what the value"),
    ],
)
def test_a_value_missing_or_mistyped_is_refused_by_file_and_line(
    refusal: Callable[[str], str], old: str, new: str, at: str, said: str
) -> None:
    assert SHIPPED.count(old) == 1
    content = SHIPPED.replace(old, new)
    begins = line_of(content, "- id: long_custody_days")
    line = next(n for n in range(begins, begins + 9) if at in content.splitlines()[n - 1])
    message = refusal(content)
    assert message.startswith(f"practice.yaml line {line}, 'long_custody_days': parameters.")
    assert said in message


def test_a_share_above_one_is_refused(refusal: Callable[[str], str]) -> None:
    message = refusal(SHIPPED.replace("value: 0.5", "value: 1.5"))
    assert message.endswith("'share_at_liberty' needs a number above 0 and up to 1; 1.5")


def test_a_number_that_nobody_states_is_missed(refusal: Callable[[str], str]) -> None:
    content = SHIPPED.replace("id: suspension_weeks", "id: suspension").replace("    value: 12\n    unit: weeks\n", "")
    line = line_of(content, "parameters:")
    assert refusal(content) == f"practice.yaml line {line}: parameters: missing: suspension_weeks"


def test_a_number_that_nobody_reads_is_refused(refusal: Callable[[str], str]) -> None:
    content = SHIPPED.replace("  - id: risk_changed\n", "  - id: risk_changed\n    value: 3\n")
    line = line_of(content, "value: 3")
    assert refusal(content).startswith(
        f"practice.yaml line {line}, 'risk_changed': parameters.value: 'risk_changed' is"
    )


def test_an_id_that_stands_twice_and_an_unknown_scope_are_refused(refusal: Callable[[str], str]) -> None:
    assert "'due_by_release' stands twice" in refusal(SHIPPED.replace("- id: risk_changed", "- id: due_by_release"))
    assert "parameters.touches: Must be one of: every clause" in refusal(SHIPPED.replace("[responses]", "[answers]", 1))


def test_every_parameter_concerns_a_clause_and_is_found_from_it() -> None:
    clauses = national_standards().clauses
    concerned = {parameter.id for clause in clauses for parameter in practice().concerning(clause)}
    assert concerned == {parameter.id for parameter in practice().parameters}


@pytest.mark.parametrize(
    ("clause", "concerned", "not_concerned"),
    [
        ("contact-frequency", {"share_at_liberty", "suspension_weeks", "first_contact_meets_window"}, {"closed_days"}),
        ("plan-review", {"closed_days", "interval_begins_again", "long_custody_days"}, {"share_at_liberty"}),
        ("initial-supervision-plan", {"earlier_work_weeks", "long_custody_days"}, {"closed_days", "share_at_liberty"}),
        ("risk-management-plan", {"due_by_release"}, {"share_at_liberty", "earlier_work_weeks"}),
        ("warning", {"undecided_breach", "decision_working_days"}, {"undecided_breach_weeks"}),
        ("assessment-countersigned", {"each_assessment_countersigned"}, {"due_by_release", "closed_days"}),
        ("transfer-first-contact", {"duty_towards_a_place", "first_contact_meets_window"}, {"risk_changed"}),
    ],
)
def test_the_parameters_of_a_clause(clause: str, concerned: set[str], not_concerned: set[str]) -> None:
    version = next(c for c in national_standards().clauses if c.id == clause and c.edition == "2005")
    found = {parameter.id for parameter in practice().concerning(version)}
    assert concerned <= found
    assert not not_concerned & found
