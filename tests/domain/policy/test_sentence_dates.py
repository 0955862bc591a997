"""Dates of a sentence, by worked examples, and what their rules refuse."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.policy.cited_documents import STANDARDS, PolicyError
from domain.policy.sentence_dates import Kept, eligibility, final_third, handover, kept_in_contact, recall_ends
from domain.policy.sentence_rules import read_sentence_rules, sentence_rules
from web.cli.dates_commands import dates


@pytest.mark.parametrize(
    ("begins", "ends", "third"),
    [
        ("2025-01-01", "2025-04-01", "2025-03-02"),  # 90 days: 60 of them over
        ("2025-01-01", "2025-04-02", "2025-03-02"),  # 91: a third is 31, rounded up
        ("2025-01-01", "2025-04-03", "2025-03-03"),  # 92: still 31
        ("2024-01-01", "2025-01-01", "2024-09-01"),  # 366 days, a leap year: 244 over
    ],
)
def test_the_final_third_begins_a_third_rounded_up_before_the_end(begins: str, ends: str, third: str) -> None:
    (found,) = final_third(date.fromisoformat(begins), date.fromisoformat(ends), licence=False)
    assert found.on == date.fromisoformat(third)


def test_a_third_rounded_up_before_the_end_is_two_thirds_rounded_down_after_the_beginning() -> None:
    begins = date(2025, 1, 1)
    for length in range(1, 1200):
        first, follow_up = final_third(begins, begins + timedelta(days=length), licence=True)
        assert first.on == begins + timedelta(days=2 * length // 3)
        assert first.on <= follow_up.on <= begins + timedelta(days=length)


def test_the_follow_up_is_midway_through_what_remains() -> None:
    first, follow_up = final_third(date(2025, 1, 1), date(2025, 4, 1), licence=True)
    assert (first.on, follow_up.on) == (date(2025, 3, 2), date(2025, 3, 17))


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(ValueError, match="is not after the beginning"):
        final_third(date(2025, 4, 1), date(2025, 4, 1), licence=True)


@pytest.mark.parametrize("reason", Kept._fields)
def test_each_reason_by_itself_keeps_somebody_in_contact(reason: str) -> None:
    assert len(kept_in_contact(Kept(**{reason: True}))) == 1
    assert kept_in_contact(Kept()) == []


@pytest.mark.parametrize(
    ("returned", "under", "young", "normal", "last"),
    [
        ("2026-03-30", True, False, None, "2026-04-12"),  # 14 days
        ("2026-03-30", False, False, None, "2026-04-26"),  # 28
        ("2026-03-31", True, False, None, "2026-05-25"),  # 56, whatever the sentence
        ("2026-03-31", False, False, None, "2026-05-25"),
        ("2026-03-31", True, True, None, "2026-04-13"),
        ("2026-03-31", False, True, None, "2026-04-27"),
        ("2026-03-31", False, False, "2026-07-01", "2026-07-01"),  # from home detention curfew: the later of the two
        ("2026-03-31", False, False, "2026-04-01", "2026-05-25"),
        ("2026-03-30", False, False, "2026-07-01", "2026-04-26"),  # that rule begins with the Act
        ("2019-05-06", True, False, None, "2019-05-19"),
    ],
)
def test_a_fixed_term_recall_lasts_by_its_day_of_return(
    returned: str, under: bool, young: bool, normal: str | None, last: str
) -> None:
    found = recall_ends(
        date.fromisoformat(returned), under_twelve_months=under, young=young,
        normal_release=date.fromisoformat(normal) if normal else None,
    )  # fmt: skip
    assert found.on == date.fromisoformat(last)
    assert found.rule.sure == ("R" if young else "F")


@pytest.mark.parametrize(
    ("kind", "sentenced", "release", "on"),
    [
        ("early_allocation", "2023-01-10", "2026-06-30", "2025-03-30"),
        ("indeterminate", "2015-01-10", "2026-06-30", "2025-06-30"),
        ("parole", "2020-01-10", "2026-06-30", "2025-06-30"),
        ("determinate", "2023-01-10", "2026-06-30", "2025-10-16"),  # 8 months: 30 October; 14 days: 16 October
        ("determinate", "2025-08-30", "2026-06-30", "2025-08-30"),  # ten months reach it: from the start
        ("determinate", "2025-08-29", "2026-06-30", "2025-10-16"),  # a day short of it
        ("parole", "2025-09-30", "2026-06-30", "2025-09-30"),
        ("early_allocation", "2026-01-10", "2026-06-30", "2025-03-30"),  # its own rule stands first
    ],
)
def test_a_case_is_handed_over_by_its_kind(kind: str, sentenced: str, release: str, on: str) -> None:
    *coming, day, overdue = handover(kind, date.fromisoformat(sentenced), date.fromisoformat(release))  # type: ignore[arg-type]
    assert day.on == date.fromisoformat(on)
    assert (overdue.on - day.on).days == 2
    before = day.on - timedelta(days=56)
    assert [one.on for one in coming] == [before] * (before >= date.fromisoformat(sentenced)), "not before the sentence"


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("2024-04-01", []),
        ("2024-04-02", ["recall-default-2024"]),
        ("2025-09-01", ["recall-default-2024"]),
        ("2025-09-02", ["recall-under-four-years"]),
        ("2026-03-30", ["recall-under-four-years"]),
        ("2026-03-31", ["recall-tool-2026"]),
    ],
)
def test_who_is_given_a_fixed_term_recall_is_told_by_date_and_never_as_found(returned: str, told: list[str]) -> None:
    found = eligibility(date.fromisoformat(returned))
    assert [rule.id for rule in found] == told
    assert not {rule.sure for rule in found} & {"F"}


def test_a_release_before_the_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="is before the sentence"):
        handover("parole", date(2026, 1, 2), date(2026, 1, 1))


def test_every_rule_is_cited_and_the_day_on_which_reset_began_is_not_told_as_fact() -> None:
    assert all(rule.citation for rule in sentence_rules().values())
    assert sentence_rules()["suspension"].sure == "U"
    assert {name for name, rule in sentence_rules().items() if rule.sure == "R"} >= {"recall-under-four-years"}


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("    number: 56\n    unit: days\n    from: 2026", "    from: 2026", "the program reads this number"),
        ("  - id: follow-up\n", "  - id: follow-on\n", "rules.id"),
        ("cite: webster", "cite: nobody", "'nobody' is not among the sources"),
        ("    sure: F\n  - id: suspension", "  - id: suspension", "say F (found)"),
    ],
)
def test_a_faulty_rule_is_refused_by_file_and_line(tmp_path: Path, old: str, new: str, right: str) -> None:
    text = (STANDARDS / "sentence-dates.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "sentence-dates.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"sentence-dates\.yaml line \d+") as refused:
        read_sentence_rules(path)
    assert right in str(refused.value)


def test_the_command_says_each_date_with_its_source() -> None:
    told = CliRunner().invoke(dates, ["recall", "--returned", "2026-03-31"]).output
    assert "25 May 2026: The last day of the fixed-term recall" in told and "Sentencing Act 2026, section 32" in told
    told = CliRunner().invoke(dates, ["third", "--begins", "2025-01-01", "--ends", "2025-04-01", "--licence"]).output
    assert "2 March 2025" in told and "17 March 2025: The one follow-up" in told
    told = (
        CliRunner()
        .invoke(dates, ["handover", "--kind", "parole", "--sentenced", "2020-01-10", "--release", "2026-06-30"])
        .output
    )
    assert "30 June 2025: Handover" in told
    wrong = CliRunner().invoke(dates, ["third", "--begins", "2025-04-01", "--ends", "2025-01-01"])
    assert wrong.exit_code == 2 and "is not after the beginning" in wrong.output
