"""The oracle itself, held to the right values that were worked by hand: of the law's examples and of small inputs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.oracle.days import days_from, working_days_after
from tests.support.oracle.life import Life
from tests.support.plain_entries import ELSEWHERE, PLACE, Pages, as_known, day

Said = list[tuple[str | None, str]]
BREACH, THIRD = "breach-second-unacceptable-failure", "breach-or-recall-third-failure"


def says(pages: Pages, clause: str, on: str, life: Life | None = None) -> Said:
    """The duties under a clause, by their due days, at the end of a day."""
    found = (life or Life(pages.entries)).live_until(day(on)).get(clause, {})
    return sorted(((due.isoformat() if due else None), state) for (due, state), n in found.items() for _ in range(n))


def weeks(pages: Pages, on: str) -> list[str]:
    """The states of the windows of contact, in their order."""
    life = Life(pages.entries)
    life.live_until(day(on))
    return [window.duty.state(day(on)) for window in life.windows.laid]


def pages_of(start: str, order: str = "community_order", **fields: object) -> Pages:
    pages = Pages()
    pages.start(start, order, **fields)
    return pages


# ---------------------------------------------------------------------- rule 1: an interrupted clock is paused


def one_night(custody: bool) -> Pages:
    pages = pages_of("2005-05-03", tier=3)
    pages.appointment("2005-05-05", made="2005-05-03")
    if custody:
        pages.add("CustodyStarted", "2005-05-10", reason="remand")
        pages.add("CustodyEnded", "2005-05-11")
    return pages


@pytest.mark.parametrize("clause", ["initial-supervision-plan", "risk-of-harm-assessment"])
def test_one_night_on_remand_moves_plan_and_assessment_by_one_working_day(clause: str) -> None:
    assert says(one_night(False), clause, "2006-05-01") == [("2005-05-24", "overdue")]
    assert says(one_night(True), clause, "2006-05-01") == [("2005-05-25", "overdue")]


def two_failures() -> Pages:
    pages = pages_of("2005-05-03", tier=3)
    pages.appointment("2005-05-10", "unacceptable_absence", made="2005-05-03")
    pages.appointment("2005-05-17", "unacceptable_absence", made="2005-05-10")
    return pages


def test_breach_is_owed_whoever_sits_where() -> None:
    pages = two_failures()
    pages.add("CustodyStarted", "2005-05-18", reason="remand")
    pages.add("CustodyEnded", "2005-05-19")
    assert says(pages, BREACH, "2005-06-01") == [("2005-06-01", "due")]
    assert says(pages, BREACH, "2005-12-20") == [("2005-06-01", "overdue")]


def test_custody_every_weekend_leaves_every_week_missed() -> None:
    pages = pages_of("2005-05-03", tier=3)
    pages.appointment("2005-05-05", "attended_complied", made="2005-05-03")
    for number in range(16):
        friday = day("2005-05-06") + timedelta(weeks=number)
        pages.add("CustodyStarted", friday, reason="remand")
        pages.add("CustodyEnded", friday + timedelta(days=3))
    assert weeks(pages, "2005-08-23") == ["met", *["missed"] * 15, "due"]


def test_a_drug_order_asks_for_no_more_days_than_a_week_with_a_bank_holiday_has() -> None:
    pages = pages_of("2005-05-23", "drug_treatment_and_testing_order")
    for on in ("05-31", "06-01", "06-02"):
        pages.appointment(f"2005-{on}")
    assert weeks(pages, "2005-06-06")[1] == "missed"
    pages.appointment("2005-06-03")
    assert weeks(pages, "2005-06-06")[1] == "met"


def test_custody_still_open_leaves_what_pauses_due_when_released() -> None:
    pages = pages_of("2005-05-03", tier=3)
    pages.add("CustodyStarted", "2005-05-24", reason="remand")
    assert says(pages, "initial-supervision-plan", "2006-01-01") == [(None, "due")]
    late = pages_of("2005-05-03", tier=3)
    late.add("CustodyStarted", "2005-05-25", reason="remand")
    assert says(late, "initial-supervision-plan", "2006-01-01") == [("2005-05-24", "overdue")]


def test_a_gap_of_one_working_day_is_custody_from_the_return_on() -> None:
    pages = pages_of("2005-05-03", tier=3)
    for began, ended in (("2005-05-09", "2005-05-11"), ("2005-05-12", "2005-05-13")):
        pages.add("CustodyStarted", began, reason="remand")
        pages.add("CustodyEnded", ended)
    assert says(pages, "initial-supervision-plan", "2005-05-11") == [("2005-05-26", "due")]
    assert says(pages, "initial-supervision-plan", "2005-05-13") == [("2005-05-31", "due")]


def test_what_fell_due_in_the_gap_stays_overdue() -> None:
    pages = pages_of("2005-05-03", tier=3)
    for began, ended in (("2005-05-24", "2005-05-25"), ("2005-05-26", "2005-05-30")):
        pages.add("CustodyStarted", began, reason="remand")
        pages.add("CustodyEnded", ended)
    assert says(pages, "initial-supervision-plan", "2005-06-30") == [("2005-05-25", "overdue")]


def test_first_contact_after_release_depends_on_sentence_or_length() -> None:
    for reason, days, owed in (("remand", 27, False), ("remand", 28, True), ("sentence", 1, True), ("recall", 1, True)):
        pages = pages_of("2005-05-03")
        pages.add("CustodyStarted", "2005-06-06", reason=reason)
        pages.add("CustodyEnded", day("2005-06-06") + timedelta(days=days))
        assert bool(says(pages, "contact-after-release", "2005-12-01")) is owed, (reason, days)


def test_after_a_long_sentence_assessment_and_plan_are_owed_from_release_and_weeks_run_from_them() -> None:
    pages = pages_of("2005-05-03", tier=3)
    pages.assess("2005-05-10", "medium")
    plan = pages.plan("2005-05-10")
    pages.add("RecallDecided", "2005-06-01", outcome="recalled")
    pages.add("CustodyEnded", "2005-08-01")
    assert says(pages, "initial-supervision-plan", "2005-08-01") == [("2005-05-24", "met"), ("2005-08-22", "due")]
    pages.add("SupervisionPlanReviewed", "2005-08-15", plan=plan)
    pages.assess("2005-08-15", "medium", "initial")
    assert says(pages, "risk-of-harm-assessment", "2005-08-15") == [("2005-05-24", "met"), ("2005-08-22", "met")]
    for clause in ("plan-review", "risk-of-harm-review"):
        assert says(pages, clause, "2005-08-15")[1:] == [("2005-12-05", "due")]
    assert says(pages, "contact-after-release", "2005-08-15") == [("2005-08-02", "overdue")]


# ---------------------------------------------------------------------- rule 2: windows


def flipping() -> Pages:
    pages = pages_of("2005-05-03", tier=1)
    for number in range(18):
        pages.add("TierSet", day("2005-05-09") + timedelta(days=6 * number), tier=1 if number % 2 else 3)
    return pages


def test_a_tier_that_flips_hides_no_window() -> None:
    pages = flipping()
    life = Life(pages.entries)
    life.live_until(day("2005-08-20"))
    ended = [w for w in life.windows.laid if w.last < day("2005-08-20")]
    assert {w.duty.state(day("2005-08-20")) for w in ended} == {"missed"}
    assert ended[0].last == day("2005-05-16")


def test_two_days_at_high_risk_leave_the_grid_where_it_is() -> None:
    pages = pages_of("2005-05-03", tier=3)
    pages.risk("2005-05-10", "medium")
    pages.risk("2005-06-01", "high")
    pages.risk("2005-06-03", "medium")
    for number in range(8):
        pages.appointment(day("2005-05-05") + timedelta(weeks=number))
    life = Life(pages.entries)
    life.live_until(day("2005-06-27"))
    assert [w.begin for w in life.windows.laid] == [day("2005-05-03") + timedelta(weeks=n) for n in range(8)]
    assert {w.duty.met is not None for w in life.windows.laid} == {True}


def test_a_row_that_asks_for_more_is_laid_beside_the_window_that_runs() -> None:
    pages = pages_of("2005-05-03", tier=1)
    pages.risk("2005-05-06", "medium")
    pages.risk("2005-05-09", "high")
    assert says(pages, "contact-frequency", "2005-06-01") == [
        ("2005-05-15", "missed"), ("2005-05-16", "missed"), ("2005-05-22", "missed"), ("2005-05-29", "missed"),
        ("2005-06-05", "due"),
    ]  # fmt: skip


def test_a_first_contact_in_time_meets_the_window_in_which_it_arose() -> None:
    pages = pages_of("2005-05-06", tier=3)
    pages.appointment("2005-05-13", made="2005-05-06")
    assert says(pages, "first-contact", "2005-05-13") == [("2005-05-13", "met")]
    assert says(pages, "contact-frequency", "2005-05-13") == [("2005-05-13", "met"), ("2005-05-19", "met")]


def test_a_new_edition_takes_over_at_the_end_of_the_running_window() -> None:
    pages = pages_of("2004-10-01", "licence", tier=1)
    life = Life(pages.entries)
    life.live_until(day("2005-04-20"))
    assert [(w.row, w.begin, w.last) for w in life.windows.laid][-2:] == [
        ("2002 licence", day("2005-03-07"), day("2005-04-06")),
        ("2005 tier 1", day("2005-04-07"), day("2005-05-06")),
    ]


# ---------------------------------------------------------------------- rule 3: days, series, ends


def test_a_walk_in_counts_on_its_day_whenever_keyed() -> None:
    pages = pages_of("2005-05-03", tier=3)
    pages.appointment("2005-05-09", "attended_complied", made="2005-05-11")
    pages.appointment("2005-05-17", made="2005-05-09")
    assert weeks(pages, "2005-06-20")[:3] == ["met", "missed", "met"]


def test_a_certificate_accepted_later_leaves_the_decision_in_time_and_no_failure() -> None:
    pages = pages_of("2005-05-03")
    missed = pages.appointment("2005-05-10", "awaiting_explanation")
    pages.judge("2005-05-13", missed, False)
    assert says(pages, "warning", "2005-05-31") == [("2005-05-24", "overdue")]
    pages.judge("2005-06-03", missed, True)
    assert says(pages, "absence-decision", "2005-06-30") == [("2005-05-19", "met")]
    assert says(pages, "warning", "2005-06-30") == []


def test_a_failure_first_accepted_is_answered_from_the_day_of_the_change() -> None:
    pages = pages_of("2005-05-03")
    missed = pages.appointment("2005-05-10", "acceptable_absence")
    pages.judge("2005-06-03", missed, False)
    assert says(pages, "warning", "2005-06-02") == []
    assert says(pages, "warning", "2005-06-03") == [("2005-06-17", "due")]


def test_an_absence_of_which_nobody_decided_is_unacceptable_after_seven_working_days() -> None:
    pages = pages_of("2005-05-03")
    pages.appointment("2005-05-10", "awaiting_explanation")
    assert says(pages, "warning", "2005-05-19") == []
    assert says(pages, "warning", "2005-05-20") == [("2005-05-24", "due")]
    assert says(pages, "absence-decision", "2005-05-20") == [("2005-05-19", "overdue")]


def test_while_breach_is_undecided_no_second_one_is_owed_and_the_count_begins_anew_with_the_decision() -> None:
    pages = pages_of("2005-05-03")
    first = pages.appointment("2005-06-07", "unacceptable_absence")
    second = pages.appointment("2005-06-14", "unacceptable_absence")
    pages.add("BreachInitiated", "2005-06-20", appointments=[first, second])
    pages.appointment("2005-06-21", "unacceptable_absence")
    assert says(pages, BREACH, "2005-08-21") == [("2005-06-28", "met")]
    assert len(says(pages, "warning", "2005-08-21")) == 2
    pages.add("BreachDecided", "2005-08-01", outcome="order_continues")
    pages.appointment("2005-08-22", "unacceptable_absence")
    pages.appointment("2005-09-05", "unacceptable_absence")
    assert says(pages, BREACH, "2005-09-05") == [("2005-06-28", "met"), ("2005-09-19", "due")]


@pytest.mark.parametrize(("second", "owed"), [("2006-05-09", True), ("2006-05-10", False)])
def test_twelve_months_begin_with_the_first_day(second: str, owed: bool) -> None:
    pages = pages_of("2005-05-03")
    pages.appointment("2005-05-10", "unacceptable_absence")
    pages.appointment(second, "unacceptable_absence")
    assert bool(says(pages, BREACH, "2006-06-30")) is owed


@pytest.mark.parametrize(("second", "owed"), [("2005-02-28", True), ("2005-03-01", False)])
def test_twelve_months_from_a_leap_day(second: str, owed: bool) -> None:
    pages = pages_of("2004-02-02")
    pages.appointment("2004-02-29", "unacceptable_absence")
    pages.appointment(second, "unacceptable_absence")
    assert bool(says(pages, BREACH, "2005-06-30")) is owed


def test_two_absences_on_one_day_are_one_failure_and_one_letter_answers_both() -> None:
    pages = pages_of("2005-05-03")
    first = pages.appointment("2005-05-10", "unacceptable_absence")
    pages.appointment("2005-05-10", "unacceptable_absence")
    pages.add("WarningGiven", "2005-05-12", appointments=[first], stage="first")
    assert says(pages, "warning", "2005-06-30") == [("2005-05-24", "met")]
    assert says(pages, BREACH, "2005-06-30") == []


def test_nothing_new_is_owed_past_the_last_day_of_an_order_that_nobody_closed() -> None:
    pages = pages_of("2005-05-03", tier=3, ends_on=day("2006-05-02"))
    plan = pages.plan("2005-05-10")
    pages.add("SupervisionPlanReviewed", "2006-05-01", plan=plan)
    pages.add("SupervisionPlanReviewed", "2006-06-01", plan=plan)
    assert max(w[0] or "" for w in says(pages, "contact-frequency", "2007-06-01")) <= "2006-05-02"
    assert says(pages, "plan-review", "2007-06-01") == [("2005-08-23", "met_late"), ("2006-08-21", "met")]


def test_an_appointment_before_supervision_is_no_contact_and_one_after_its_end_no_absence() -> None:
    pages = pages_of("2005-05-03")
    pages.appointment("2005-04-29", "attended_complied")
    pages.appointment("2005-06-06", "unacceptable_absence", made="2005-05-20")
    pages.add("SupervisionEnded", "2005-06-01", reason="completed")
    assert says(pages, "first-contact", "2005-07-01") == [("2005-05-10", "overdue")]
    assert says(pages, "absence-decision", "2005-07-01") == []


def test_a_missed_appointment_put_down_late_counts_only_once_it_is_named() -> None:
    pages = pages_of("2005-05-03")
    missed = pages.appointment("2005-05-10", "unacceptable_absence", made="2005-05-16")
    assert says(pages, "absence-decision", "2005-06-30") == []
    assert "met" not in weeks(pages, "2005-06-30")
    pages.add("ContactLogged", "2005-05-18", contact_type="letter", about=missed)
    assert says(pages, "absence-decision", "2005-05-17") == []
    assert says(pages, "absence-decision", "2005-05-18") == [("2005-05-19", "met")]
    assert weeks(pages, "2005-06-30")[1] == "met"


def test_a_duty_towards_a_place_is_not_met_after_the_case_moved_on() -> None:
    pages = pages_of("2005-05-03", tier=3)
    pages.add("CaseAllocated", "2005-06-01", **ELSEWHERE)
    pages.add("CaseAllocated", "2005-07-01", **PLACE)
    pages.appointment("2005-07-04", made="2005-07-01")
    assert says(pages, "transfer-first-contact", "2005-09-01") == [("2005-06-08", "overdue"), ("2005-07-08", "met")]


def test_a_place_renamed_is_no_transfer() -> None:
    pages = pages_of("2005-05-03")
    pages.add("CaseAllocated", "2005-06-01", **(PLACE | {"area": "Gloucestershire and Wiltshire"}))
    assert says(pages, "transfer-first-contact", "2005-09-01") == []


def test_sixteen_weeks_that_end_on_a_closed_day_end_on_the_next_working_day() -> None:
    pages = pages_of("2005-05-16")
    plan = pages.plan("2005-05-17")
    pages.add("SupervisionPlanReviewed", "2005-09-05", plan=plan)
    assert says(pages, "plan-review", "2005-09-05") == [("2005-09-05", "met"), ("2005-12-28", "due")]


@pytest.mark.parametrize(("assessed", "state"), [("2005-05-09", "met"), ("2005-01-31", "overdue")])
def test_an_assessment_from_before_the_start_counts_for_sixteen_weeks(assessed: str, state: str) -> None:
    pages = pages_of("2005-06-06")
    pages.assess(assessed, "low", "review")
    assert says(pages, "risk-of-harm-assessment", "2005-07-30") == [("2005-06-27", state)]


def test_an_old_plan_counts_once_it_is_reviewed() -> None:
    pages = Pages()
    old = pages.plan("2005-01-31")
    pages.start("2005-06-06")
    assert says(pages, "initial-supervision-plan", "2005-06-20") == [("2005-06-27", "due")]
    pages.add("SupervisionPlanReviewed", "2005-06-20", plan=old)
    assert says(pages, "initial-supervision-plan", "2005-06-20") == [("2005-06-27", "met")]


# ---------------------------------------------------------------------- the small inputs


def test_the_last_level_of_the_day_stands() -> None:
    pages = pages_of("2005-05-03", tier=3)
    pages.risk("2005-06-01", "high", recorded=datetime(2005, 6, 1, 8, tzinfo=UTC))
    pages.assess("2005-06-01", "medium", "review", recorded=datetime(2005, 6, 1, 14, tzinfo=UTC))
    for clause in ("risk-management-plan", "assessment-countersigned", "management-oversight"):
        assert says(pages, clause, "2005-06-02") == []


def test_a_court_report_asked_for_on_remand_is_due_all_the_same() -> None:
    pages = pages_of("2005-05-03", tier=3)
    pages.add("CustodyStarted", "2005-06-01", reason="remand")
    pages.add("CourtReportRequested", "2005-06-03", kind="psr", due_on=day("2005-06-17"))
    assert says(pages, "court-report", "2005-06-17") == [("2005-06-17", "due")]
    assert says(pages, "court-report", "2005-06-18") == [("2005-06-17", "overdue")]


def test_arrest_and_release_on_one_day_change_nothing() -> None:
    pages = one_night(False)
    plain = Life(pages.entries).live_until(day("2005-09-01"))
    pages.add("CustodyStarted", "2005-05-10", reason="remand")
    pages.add("CustodyEnded", "2005-05-10")
    assert Life(pages.entries).live_until(day("2005-09-01")) == plain


def test_a_release_after_the_end_raises_nothing() -> None:
    pages = pages_of("2005-05-03", "licence", tier=3)
    pages.plan("2005-05-03")
    pages.add("CustodyStarted", "2005-06-01", reason="sentence")
    pages.add("SupervisionEnded", "2005-06-10", reason="revoked")
    pages.add("CustodyEnded", "2005-09-01")
    life = Life(pages.entries)
    assert says(pages, "plan-review", "2006-06-01", life) == [(None, "lapsed")]
    assert says(pages, "contact-after-release", "2006-06-01", life) == []


def test_high_risk_that_begins_in_custody() -> None:
    pages = pages_of("2005-05-03", "licence", tier=4)
    pages.add("RecallDecided", "2005-06-01", outcome="recalled")
    pages.assess("2005-07-01", "very_high", "review")
    pages.add("MappaSet", "2005-07-04", category=2, level=3)
    pages.add("CustodyEnded", "2005-08-01")
    expected = {
        "assessment-countersigned": "2005-07-08", "mappa-review-set": "2005-07-11", "risk-management-plan": "2005-08-01",
        "mappa-meeting": "2005-08-15", "management-oversight": "2005-10-21",
    }  # fmt: skip
    for clause, due in expected.items():
        assert says(pages, clause, "2006-06-01") == [(due, "overdue")], clause
    assert says(pages, "risk-management-plan", "2005-07-20") == [(None, "due")]


def test_a_lapsed_duty_stays_lapsed() -> None:
    pages = pages_of("2005-06-06", tier=3)
    pages.assess("2005-06-20", "high")
    pages.risk("2005-06-24", "medium")
    pages.risk("2005-09-05", "high")
    pages.add("RiskManagementPlanMade", "2005-09-07")
    assert says(pages, "risk-management-plan", "2005-09-12") == [("2005-06-27", "lapsed"), ("2005-09-12", "met")]


def test_high_to_high_is_no_change_and_high_to_very_high_is_one() -> None:
    pages = pages_of("2005-06-06", tier=3)
    pages.assess("2005-06-06", "high")
    pages.add("RiskManagementPlanMade", "2005-06-08")
    pages.risk("2005-07-04", "high", **{"from": "high"})
    pages.assess("2005-08-01", "very_high", "review")
    life = Life(pages.entries)
    assert says(pages, "risk-management-plan-after-change", "2005-09-30", life) == [("2005-08-08", "overdue")]
    assert says(pages, "risk-of-harm-review-after-change", "2005-09-30", life) == [("2005-08-08", "met")]
    assert ("2005-08-08", "overdue") in says(pages, "assessment-countersigned", "2005-09-30", life)


def test_each_high_assessment_asks_for_its_own_signature() -> None:
    pages = pages_of("2005-06-06", tier=3)
    first = pages.assess("2005-06-06", "high")
    pages.add("AssessmentCountersigned", "2005-06-08", assessment=first, by="M", grade="spo")
    pages.assess("2005-09-05", "very_high", "review")
    assert says(pages, "assessment-countersigned", "2005-12-20") == [("2005-06-13", "met"), ("2005-09-12", "overdue")]


def test_nobody_countersigns_his_own_work() -> None:
    pages = pages_of("2005-06-06")
    assessed = pages.assess("2005-06-06", "high", assessor="Ann Spo")
    pages.add("AssessmentCountersigned", "2005-06-08", assessment=assessed, by="Ann Spo", grade="spo")
    assert says(pages, "assessment-countersigned", "2005-06-14") == [("2005-06-13", "overdue")]


def test_breach_under_the_standards_of_2011() -> None:
    pages = pages_of("2012-01-09", tier=3)
    pages.appointment("2012-02-01", "unacceptable_absence")
    pages.appointment("2012-02-09", "unacceptable_absence")
    assert says(pages, BREACH, "2012-06-01") == [("2012-02-23", "overdue")]


def test_the_third_failure_on_licence_counts_over_any_time() -> None:
    pages = pages_of("2005-05-03", "licence", tier=3)
    for on in ("2005-06-01", "2006-01-10", "2006-07-05"):
        pages.appointment(on, "unacceptable_absence")
    assert says(pages, THIRD, "2006-07-19") == [("2006-07-19", "due")]
    assert says(pages, THIRD, "2006-08-01") == [("2006-07-19", "overdue")]


def test_unpaid_work_sessions_count_towards_breach() -> None:
    pages = pages_of("2005-06-06")
    for on in ("2005-06-06", "2005-06-13"):
        pages.add("UnpaidWorkSession", on, hours=0, outcome="unacceptable_absence")
    pages.add("UnpaidWorkSession", "2005-06-14", hours=0, outcome="sent_home")
    assert says(pages, BREACH, "2005-06-27") == [("2005-06-27", "due")]
    assert len(says(pages, "warning", "2005-06-27")) == 2


def before_or_on(entered: str) -> Life:
    pages = pages_of("2005-05-09", "licence", tier=4)
    pages.assess(entered, "high")
    pages.add("RiskManagementPlanMade", entered)
    pages.add("MappaSet", entered, category=2, level=2)
    pages.risk("2005-06-06", "low")
    pages.add("MappaSet", "2005-06-06", category=2, level=1)
    return Life(pages.entries)


def test_work_before_the_start_is_as_work_on_the_start() -> None:
    before, on = (before_or_on(entered).live_until(day("2005-10-12")) for entered in ("2005-05-05", "2005-05-09"))
    assert before == on
    assert dict(before["mappa-meeting"]) == {(day("2005-08-01"), "lapsed"): 1}
    assert dict(before["management-oversight"]) == {(day("2005-08-30"), "lapsed"): 1}
    for clause in ("assessment-countersigned", "mappa-review-set"):
        assert dict(before[clause]) == {(day("2005-05-16"), "overdue"): 1}
    assert dict(before["risk-management-plan"]) == {(day("2005-05-16"), "met"): 1}


def test_a_withdrawal_withdrawn_has_no_effect_whatever_their_order() -> None:
    for wrong_way in (False, True):
        pages = pages_of("2005-06-06")
        plan = pages.plan("2005-06-10")
        names = ["004", plan] if wrong_way else [plan, "003"]
        for of in names:
            pages.add("EntryWithdrawn", "2005-06-20", of=of, reason="r")
        assert [e["type"] for e in as_known(pages.entries, None)] == ["SupervisionStarted", "SupervisionPlanMade"]


def test_each_appointment_asks_for_its_outcome() -> None:
    pages = pages_of("2005-05-03")
    pages.appointment("2005-05-06")
    pages.appointment("2005-05-10", "attended_complied")
    assert says(pages, "recording", "2005-05-09") == [("2005-05-09", "due")]
    assert says(pages, "recording", "2005-05-10") == [("2005-05-09", "overdue"), ("2005-05-11", "met")]


@pytest.mark.parametrize("count", [0, 1, 5, 15])
def test_working_days_are_counted_by_walking(count: int) -> None:
    from domain.calendar.workdays import add_working_days

    for start in days_from(date(2003, 6, 1), date(2007, 3, 31)):
        assert working_days_after(start, count) == add_working_days(start, count)
