"""Warn or refer, the count of failures as a team describes it, and the final third of a case."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.aggregates.entry_dates import check_dates
from domain.entries.case_entries import HandoverPlanned
from domain.entries.refusals import ImpossibleDate
from domain.policy.standards.edition_files import national_standards
from projections.cases.todays_law import (
    failures_counted,
    final_third_of,
    handover_of,
    kept_though_suspended,
    todays_law,
    warn_or_refer,
)
from projections.history.history import History
from projections.obligations.derive import obligations
from tests.scenarios import Scenario

START = {"on": date(2022, 1, 3), "SupervisionStarted": {"order_type": "community_order", "ends_on": date(2025, 1, 3)}}


def missed(name: str, on: date) -> list[dict[str, Any]]:
    return [
        {"on": on, "entry": name, "AppointmentMade": {}},
        {"on": on, "AppointmentOutcomeRecorded": {"appointment": name, "outcome": "unacceptable_absence"}},
    ]


def history(*facts: dict[str, Any], start: dict[str, Any] = START) -> History:
    return History.of(Scenario("", "", [start, *facts], []).history())


def warned(on: date, *appointments: str) -> dict[str, Any]:
    return {"on": on, "WarningGiven": {"appointments": list(appointments)}}


def test_a_first_failure_asks_for_a_warning_or_for_referral_until_one_is_given() -> None:
    file = history(*missed("a", date(2022, 2, 7)), warned(date(2022, 2, 14), "a"))
    assert [(one.failed_on, one.warned_on) for one in warn_or_refer(file, date(2022, 2, 13))] == [
        (date(2022, 2, 7), None)
    ]
    assert warn_or_refer(file, date(2022, 2, 14)) == []


def test_a_failure_within_twelve_months_of_a_warning_must_be_referred_and_one_after_them_need_not() -> None:
    first = (*missed("a", date(2022, 2, 7)), warned(date(2022, 2, 14), "a"))
    last_day, after = date(2023, 2, 13), date(2023, 2, 14)
    (owed,) = warn_or_refer(history(*first, *missed("b", last_day)), date(2023, 3, 1))
    assert (owed.failed_on, owed.warned_on) == (last_day, date(2022, 2, 14))
    (owed,) = warn_or_refer(history(*first, *missed("b", after)), date(2023, 3, 1))
    assert owed.warned_on is None


def test_another_warning_does_not_answer_what_must_be_referred() -> None:
    facts = [*missed("a", date(2022, 2, 7)), warned(date(2022, 2, 14), "a"), *missed("b", date(2022, 3, 7))]
    again = history(*facts, warned(date(2022, 3, 14), "b"))
    assert [one.failed_on for one in warn_or_refer(again, date(2022, 3, 31))] == [date(2022, 3, 7)]
    referred = history(*facts, {"on": date(2022, 3, 14), "BreachInitiated": {"appointments": ["b"]}})
    assert warn_or_refer(referred, date(2022, 3, 31)) == []


def test_the_statute_holds_from_the_first_of_december_2020_and_for_orders() -> None:
    begun = {"on": date(2020, 10, 5), "SupervisionStarted": {"order_type": "community_order"}}
    for day, owed in ((date(2020, 11, 30), 0), (date(2020, 12, 1), 1)):
        assert len(warn_or_refer(history(*missed("a", day), start=begun), date(2021, 1, 4))) == owed
    licence = {"on": date(2022, 1, 3), "SupervisionStarted": {"order_type": "licence"}}
    assert warn_or_refer(history(*missed("a", date(2022, 2, 7)), start=licence), date(2022, 3, 1)) == []


def test_for_a_suspended_sentence_order_the_rule_is_recalled_and_says_so() -> None:
    for order, schedule, sure in (
        ("community_order", "Schedule 10", "F"),
        ("suspended_sentence_order", "Schedule 16", "R"),
    ):
        begun = {"on": date(2022, 1, 3), "SupervisionStarted": {"order_type": order}}
        (owed,) = warn_or_refer(history(*missed("a", date(2022, 2, 7)), start=begun), date(2022, 3, 1))
        assert (schedule in owed.rule.citation, owed.rule.sure) == (True, sure)


def test_the_count_stands_still_while_a_breach_is_open_and_begins_anew_when_it_ends_even_unproved() -> None:
    file = history(
        *missed("a", date(2022, 2, 7)), *missed("b", date(2022, 2, 14)),
        {"on": date(2022, 2, 21), "BreachInitiated": {"appointments": ["a", "b"]}},
        *missed("c", date(2022, 3, 7)),
        {"on": date(2022, 4, 4), "BreachDecided": {"outcome": "not_proved"}},
        *missed("d", date(2022, 5, 9)),
    )  # fmt: skip
    days = {date(2022, 2, 20): 2, date(2022, 4, 3): 2, date(2022, 4, 4): 0, date(2022, 5, 31): 1, date(2023, 5, 9): 0}
    assert {day: failures_counted(file, day) for day in days} == days


def test_the_final_third_of_an_order_is_told_once_the_schemes_of_today_are_there() -> None:
    file = history()
    assert final_third_of(file, date(2024, 4, 28)) == []
    (third,) = final_third_of(file, date(2024, 4, 29))
    assert third.on == date(2024, 1, 3)
    endless = {"on": date(2022, 1, 3), "SupervisionStarted": {"order_type": "community_order"}}
    assert final_third_of(history(start=endless), date(2024, 6, 3)) == []


def test_a_case_under_mappa_or_at_very_high_risk_is_kept_in_contact() -> None:
    away = {
        "on": date(2024, 6, 3),
        "ContactSuspended": {"reason": "final_third", "from_on": date(2024, 6, 3), "to_on": date(2025, 1, 3)},
    }
    assert kept_though_suspended(history(away), date(2024, 7, 1)) == []
    managed = {"on": date(2024, 6, 10), "MappaSet": {"level": 1}}
    worse = {"on": date(2024, 6, 17), "RiskLevelChanged": {"to": "very_high"}}
    file = history(away, managed, worse)
    assert [len(kept_though_suspended(file, date(2024, 6, day))) for day in (9, 10, 17)] == [0, 1, 2]
    assert kept_though_suspended(file, date(2025, 1, 4)) == []
    protected = {"on": date(2024, 6, 10), "entry": "r", "RegisterSet": {"register": "RCPR"}}
    over = {"on": date(2024, 6, 24), "RegisterEnded": {"register": "RCPR"}}
    file = history(away, protected, over)
    assert [kept_though_suspended(file, date(2024, 6, day)) for day in (9, 10, 24)] == [
        [], ["live child protection procedures"], [],
    ]  # fmt: skip
    hospital = {"on": date(2024, 6, 3), "ContactSuspended": {"from_on": date(2024, 6, 3), "to_on": date(2024, 7, 1)}}
    assert kept_though_suspended(history(hospital, managed), date(2024, 6, 20)) == []


def test_a_suspension_in_the_final_third_holds_to_its_last_day_and_one_for_hospital_for_twelve_weeks() -> None:
    spans = {}
    for reason in ("final_third", "hospital"):
        away = {
            "on": date(2024, 6, 3),
            "ContactSuspended": {"reason": reason, "from_on": date(2024, 6, 3), "to_on": date(2025, 1, 3)},
        }
        ((_, ends, _),) = history(away).suspended
        spans[reason] = ends
    assert spans == {"final_third": date(2025, 1, 4), "hospital": date(2024, 8, 26)}


def released(sentenced: date | None, planned: date, *more: dict[str, Any]) -> History:
    """On licence from 3 July 2023, with a handover planned for a day, entered on the day of sentence."""
    begun = {"order_type": "licence", "released_on": date(2023, 7, 3), "sentenced_on": sentenced}
    start = {"on": date(2023, 7, 3), "SupervisionStarted": {k: v for k, v in begun.items() if v}}
    plan = {"kind": "determinate", "release_on": date(2023, 7, 3), "handover_on": planned}
    return history({"on": date(2023, 4, 17), "entry": "h", "HandoverPlanned": plan}, *more, start=start)


def named(on: date) -> dict[str, Any]:
    return {"on": on, "CommunityManagerNamed": {"handover": "h", "officer": "Ruth Ablewhite"}}


def test_a_handover_is_overdue_two_days_after_it_with_nobody_named() -> None:
    sentenced = date(2023, 4, 17)
    file = released(sentenced, sentenced, named(date(2023, 4, 26)))
    days = {date(2023, 4, 16): None, date(2023, 4, 18): False, date(2023, 4, 19): True, date(2023, 4, 26): False}
    found = {day: handover_of(file, day) for day in days}
    assert {day: one and one.overdue(day) for day, one in found.items()} == days
    last = found[date(2023, 4, 26)]
    assert last is not None and last.named_on == date(2023, 4, 26)
    assert [one.on for one in last.dates] == [sentenced, date(2023, 4, 19)], "ten months reach the release"
    assert {one.rule.sure for one in last.dates} == {"F"}


@pytest.mark.parametrize(
    ("sentenced", "planned"),
    [(None, date(2023, 4, 17)), (date(2022, 4, 18), date(2023, 3, 31))],
    ids=["unknown", "before"],
)
def test_nothing_is_said_of_a_handover_before_the_policy_or_without_the_day_of_sentence(
    sentenced: date | None, planned: date
) -> None:
    found = handover_of(released(sentenced, planned), date(2023, 7, 3))
    assert found is not None and found.dates == [] and not found.overdue(date(2023, 7, 3))


def test_what_a_tool_takes_for_overdue_drives_nothing_unless_it_is_laid() -> None:
    (edition,) = [one for one in national_standards().editions if one.id == "2022"]
    (told,) = [clause for clause in edition.described if clause.id == "community-manager-named"]
    begun = {"on": date(2023, 4, 17), "SupervisionStarted": {"order_type": "licence"}}
    plan = {"kind": "parole", "release_on": date(2024, 7, 3), "handover_on": date(2023, 7, 3)}
    file = history(
        {"on": date(2023, 5, 2), "entry": "h", "HandoverPlanned": plan}, named(date(2023, 7, 5)), start=begun
    )
    assert not [duty for duty in obligations(file, national_standards().clauses) if duty.clause.id == told.id]
    (duty,) = obligations(file, [replace(told, described=None)])
    assert (duty.arises_on, duty.due_on, duty.met_on) == (date(2023, 7, 3), date(2023, 7, 4), date(2023, 7, 5))


def test_a_handover_after_the_release_is_refused() -> None:
    with pytest.raises(ImpossibleDate, match="is after the release"):
        check_dates(None, released(None, date(2023, 7, 4)).all(HandoverPlanned)[0], datetime(2024, 1, 1, tzinfo=UTC))


def test_all_of_it_is_given_at_once_and_nothing_of_an_old_file() -> None:
    old = {"on": date(2005, 5, 6), "SupervisionStarted": {"order_type": "community_order"}}
    assert todays_law(history(start=old), date(2006, 5, 6)) == ([], 0, [], [], None, None)
    away = released(date(2023, 4, 17), date(2023, 4, 17))
    assert todays_law(away, date(2023, 7, 3)).handover is not None
