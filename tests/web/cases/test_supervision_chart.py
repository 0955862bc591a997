"""The strip of a supervision: every lane as at a day, as known at a moment, and where its marks are placed."""

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from domain.entries.code_lists import RISK_LEVELS
from domain.policy.frameworks.framework_files import frameworks
from projections.cases.case_reading import Reading
from projections.cases.chart_lanes import ACTS, MARGIN
from projections.cases.supervision_chart import LANES, SupervisionChart, supervision_chart
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.obligations.duty_state import STATES
from tests.support.histories import CASE, PERSON, PLACE, facts_of, histories
from tests.support.repository import ROOT
from web.cases.chart_legend import HEIGHTS, KINDS
from web.cases.chart_shapes import chart
from web.presentation.time_axis import Scale

START = "2005-05-03"
DAY = date(2005, 10, 3)
OFFICER = {"officer": "Ruth Ablewhite", "officer_grade": "po"}


def line(on: str, type_: str, entry: str, recorded: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"type": type_, "entry": entry, "occurred_on": on, "recorded_at": f"{recorded or on}T12:00:00Z", **fields}


def begun(order_type: str = "community_order") -> dict[str, Any]:
    return line(START, "SupervisionStarted", "start", person=PERSON, order_type=order_type, **PLACE, **OFFICER)


def appointment(on: str, outcome: str | None, entry: str, **made: Any) -> list[dict[str, Any]]:
    lines = [line(on, "AppointmentMade", entry, for_on=on, contact_type="office", **made)]
    if outcome:
        lines.append(line(on, "AppointmentOutcomeRecorded", f"{entry}-o", appointment=entry, outcome=outcome))
    return lines


def assessment(on: str, level: str, entry: str) -> dict[str, Any]:
    return line(
        on, "AssessmentCompleted", entry, instrument="oasys", stage="initial", assessor="Ruth Ablewhite",
        overall_risk_of_harm=level,
    )  # fmt: skip


def stripped(
    *lines: dict[str, Any], day: date = DAY, hindsight: bool = False, met: bool = False
) -> SupervisionChart:  # fmt: skip
    moment = Moment(day, None if hindsight else end_of_day(day))
    history = History.of(facts_of(list(lines)), moment.known_at)
    return supervision_chart(Reading.of(CASE, moment, frameworks()["esi-2003"], history), met=met)


def kinds(shown: SupervisionChart, lane: str) -> dict[str | None, str]:
    return {mark.entry: mark.kind for mark in shown.lane(lane).marks}


def levels(shown: SupervisionChart, lane: str = "Risk of harm") -> list[tuple[str, str, str]]:
    return [(band.kind, band.start.isoformat(), band.until.isoformat()) for band in shown.lane(lane).bands]


def test_an_appointment_stands_on_its_day_with_what_became_of_it() -> None:
    made_early = line("2005-05-10", "AppointmentMade", "early", for_on="2005-06-07", contact_type="home_visit")
    shown = stripped(
        begun(),
        *appointment("2005-05-10", "attended_complied", "kept"),
        *appointment("2005-05-17", "unacceptable_absence", "missed"),
        *appointment("2005-05-24", "attended_failed_to_comply", "failed"),
        *appointment("2005-05-31", "acceptable_absence", "accepted"),
        made_early,
        *appointment("2005-06-14", "rescheduled", "moved"),
        *appointment("2005-06-21", "attended_complied", "beside", national_standards=False),
        line("2005-06-22", "ContactLogged", "letter", contact_type="letter"),
    )
    assert kinds(shown, "Contact") == {
        "kept": "kept", "missed": "missed", "failed": "missed", "accepted": "accepted", "early": "awaited",
        "moved": "rescheduled", "beside": "other", "letter": "other",
    }  # fmt: skip
    assert [mark.day for mark in shown.lane("Contact").marks if mark.entry == "early"] == [date(2005, 6, 7)]


def test_an_absence_is_what_was_decided_and_unacceptable_when_nobody_decided() -> None:
    absent = appointment("2005-05-10", "awaiting_explanation", "a")
    accepted = line("2005-05-16", "AbsenceJudged", "j", appointment="a", acceptable=True, reason="in hospital")
    assert kinds(stripped(begun(), *absent, day=date(2005, 5, 12)), "Contact") == {"a": "awaited"}
    assert kinds(stripped(begun(), *absent), "Contact") == {"a": "missed"}
    shown = stripped(begun(), *absent, accepted)
    assert kinds(shown, "Contact") == {"a": "accepted"}
    assert kinds(shown, "Enforcement") == {"j": "judged"}


def test_what_was_withdrawn_is_gone_and_what_was_corrected_has_moved() -> None:
    shown = stripped(
        begun(),
        *appointment("2005-05-10", "attended_complied", "wrong"),
        *appointment("2005-05-17", "attended_complied", "moved"),
        line("2005-05-20", "EntryWithdrawn", "w", of="wrong", reason="another person's"),
        line("2005-05-20", "EntryCorrected", "c", of="moved", fields={"for_on": "2005-05-18"}),
    )
    assert [(mark.entry, mark.day) for mark in shown.lane("Contact").marks] == [("moved", date(2005, 5, 18))]


def test_before_a_late_recording_the_file_did_not_show_it() -> None:
    late = line(
        "2005-05-20", "SupervisionPlanMade", "plan", recorded="2005-09-01", objectives=[], interventions=[]
    )  # fmt: skip
    day = date(2005, 6, 30)
    stood, known = (stripped(begun(), late, day=day, hindsight=later, met=True) for later in (False, True))
    assert kinds(stood, "Assessment and plan") == {}
    assert kinds(known, "Assessment and plan") == {"plan": "plan"}
    plans = [m.kind for m in stood.lane("Late or missing").marks if m.about.clause.id == "initial-supervision-plan"]  # type: ignore[union-attr]
    assert plans == ["overdue"]
    assert [m.kind for m in known.lane("Late or missing").marks if m.entry == "plan"] == ["met"]


def test_the_level_of_risk_from_day_to_day() -> None:
    shown = stripped(
        begun(),
        assessment("2005-05-20", "medium", "oasys"),
        line("2005-08-01", "RiskLevelChanged", "up", **{"from": "medium", "to": "high", "reason": "a new charge"}),
    )
    assert levels(shown) == [
        ("not_assessed", "2005-05-03", "2005-05-20"),
        ("medium", "2005-05-20", "2005-08-01"),
        ("high", "2005-08-01", "2005-10-04"),
    ]
    assert "high risk from 1 Aug 2005" in chart(shown).summary


def test_an_assessment_made_for_the_court_is_shown_before_the_start_and_its_level_holds_from_it() -> None:
    shown = stripped(assessment("2005-04-20", "high", "psr"), begun())
    assert (shown.first, shown.started) == (date(2005, 4, 20), date(2005, 5, 3))
    assert kinds(shown, "Assessment and plan") == {"psr": "assessment"}
    assert levels(shown) == [("high", "2005-05-03", "2005-10-04")]
    too_old = stripped(assessment("2004-12-01", "high", "old"), begun())
    assert too_old.first == date(2005, 5, 3) and kinds(too_old, "Assessment and plan") == {}


def test_custody_is_a_band_of_contact() -> None:
    away = line("2005-06-01", "CustodyStarted", "in", reason="remand")
    out = line("2005-07-01", "CustodyEnded", "out")
    assert [lane.name for lane in stripped(begun()).lanes] == list(LANES)
    assert levels(stripped(begun()), "Contact") == []
    assert levels(stripped(begun(), away, out), "Contact") == [("custody", "2005-06-01", "2005-07-01")]
    assert levels(stripped(begun(), away, out, day=date(2005, 6, 15)), "Contact") == [
        ("custody", "2005-06-01", "2005-06-16")
    ]


def test_what_is_arranged_stands_right_of_the_day_and_nothing_else_but_what_is_due() -> None:
    booked = line("2005-09-28", "AppointmentMade", "booked", for_on="2005-10-12", contact_type="office")
    far = line("2005-09-28", "AppointmentMade", "far", for_on="2006-03-01", contact_type="office")
    off = line("2005-09-28", "AppointmentMade", "off", for_on="2005-10-19", contact_type="office")
    told = line("2005-09-30", "AppointmentOutcomeRecorded", "told", appointment="off", outcome="acceptable_absence")
    shown = stripped(begun(), booked, far, off, told)
    assert kinds(shown, "Contact") == {"booked": "arranged"}
    ahead = {mark.kind for mark in shown.marks if mark.day > DAY}
    assert "arranged" in ahead and ahead <= {"arranged", "due"}


def test_met_duties_are_off_at_first_and_only_the_late_and_the_next_have_words() -> None:
    plan = line("2005-05-10", "SupervisionPlanMade", "plan", objectives=[], interventions=[])
    shown, with_met = stripped(begun(), plan), stripped(begun(), plan, met=True)
    assert {mark.kind for mark in shown.lane("Late or missing").marks}.isdisjoint({"met", "lapsed"})
    assert "met" in {mark.kind for mark in with_met.lane("Late or missing").marks}
    drawn = [shape for lane in chart(with_met).lanes for shape in lane.shapes]
    upcoming = min(m.day for m in with_met.lane("Late or missing").marks if m.kind == "due")
    labelled = {shape.kind for shape in drawn if shape.label}
    assert labelled == {"overdue", "due"} and all(shape.label for shape in drawn if shape.kind == "overdue")
    assert sum(shape.kind == "due" and bool(shape.label) for shape in drawn) == sum(
        m.day == upcoming and m.kind == "due" for m in with_met.lane("Late or missing").marks
    )


def test_enforcement_and_oversight_entry_by_entry() -> None:
    shown = stripped(
        begun("licence"),
        *appointment("2005-05-10", "unacceptable_absence", "a"),
        assessment("2005-05-11", "high", "oasys"),
        line("2005-05-12", "AssessmentCountersigned", "signed", assessment="oasys", by="Ann Spo", grade="spo"),
        line("2005-05-12", "WarningGiven", "warned", appointments=["a"], stage="first"),
        line("2005-05-13", "BreachInitiated", "breach", appointments=["a"]),
        line("2005-05-16", "RecallRequested", "asked", reason="failed to report"),
        line("2005-05-17", "RecallDecided", "no", outcome="not_recalled"),
        line("2005-05-18", "OversightRecorded", "seen", kind="case_discussion", by="Ann Spo", grade="spo"),
    )
    assert kinds(shown, "Enforcement") == {"warned": "warning", "breach": "breach", "asked": "recall", "no": "decided"}
    assert kinds(shown, "Oversight") == {"signed": "countersigned", "seen": "oversight"}
    said = [row.words for row in chart(shown).rows]
    assert "Recall decided: not recalled." in said and "Case discussion by Ann Spo (SPO)." in said


def test_every_duty_of_the_standards_on_its_due_date_in_its_state() -> None:
    plan = line("2005-06-20", "SupervisionPlanMade", "plan", objectives=[], interventions=[])
    weekly = [
        part
        for week in range(4)
        for part in appointment((date(2005, 5, 4) + timedelta(weeks=week)).isoformat(), "attended_complied", f"a{week}")
    ]
    lines = (begun(), plan, *weekly)
    day = date(2005, 6, 30)
    shown = stripped(*lines, day=day, met=True)
    duties = {(m.about.clause.id, m.day): m for m in shown.lane("Late or missing").marks}  # type: ignore[union-attr]
    made = next(mark for (clause, _), mark in duties.items() if clause == "initial-supervision-plan")
    assert (made.kind, made.entry, made.day) == ("met_late", "plan", date(2005, 5, 24))
    windows = [mark.kind for (clause, _), mark in sorted(duties.items()) if clause == "contact-frequency"]
    assert windows == ["missed"] * 4 + ["due"], "what was met is left out"
    assert shown.last <= day + MARGIN
    assert all(mark.about.state(day) == mark.kind for mark in duties.values())  # type: ignore[union-attr]
    assert "1 duty" in chart(stripped(begun(), day=date(2005, 5, 26))).summary


def test_after_the_end_of_supervision_the_strip_stops() -> None:
    ended = line("2005-08-01", "SupervisionEnded", "end", reason="completed")
    shown = stripped(begun(), assessment("2005-05-20", "low", "oasys"), ended, day=date(2026, 1, 1))
    assert shown.ended == date(2005, 8, 1)
    assert shown.last <= date(2005, 8, 1) + MARGIN
    assert levels(shown)[-1] == ("low", "2005-05-20", "2005-08-02")
    assert stripped(begun(), ended, day=date(2005, 7, 1), hindsight=True).ended is None


@given(histories())
def test_nothing_is_shown_after_the_day_and_every_link_leads_to_an_entry_by_then(lines: list[dict[str, Any]]) -> None:
    history = History.of(facts_of(lines))
    assert history.start is not None
    for after in (0, 40, 200, 800):
        day = history.start.on + timedelta(days=after)
        shown = supervision_chart(Reading.of(CASE, Moment(day, None), frameworks()["esi-2003"], history))
        filed = {fact.entry for fact in history.entries if fact.occurred_on <= day}
        for lane in shown.lanes:
            limit = day + MARGIN if lane.name in ("Contact", "Late or missing") else day
            assert all(shown.first <= m.day <= min(limit, shown.last) for m in lane.marks)
            assert [m.day for m in lane.marks] == sorted(m.day for m in lane.marks)
            assert all(b.start < b.until <= day + timedelta(days=1) for b in lane.bands)
            assert {m.entry for m in lane.marks} - {None} <= filed
        placed = chart(shown)
        assert len(placed.rows) == sum(len(lane.shapes) + len(lane.bars) for lane in placed.lanes)
        for drawn in placed.lanes:
            places = [(shape.x, shape.y) for shape in drawn.shapes]
            assert len(set(places)) == len(places), "one mark on another"
            assert all(placed.names < x < placed.width and drawn.top < y < drawn.top + drawn.height for x, y in places)


def test_every_kind_has_words_and_a_shape_of_its_own_or_a_bar() -> None:
    acts = {kind for lane in ACTS.values() for kind in lane.values()}
    bands = {"not_assessed", "custody", *RISK_LEVELS}
    contacts = {"kept", "missed", "accepted", "awaited", "arranged", "rescheduled", "other"}
    assert set(KINDS) == acts | bands | contacts | (set(STATES) - {"missed"}) | {"missed_window"}
    drawn = (ROOT / "web/cases/supervision_chart.html").read_text(encoding="utf-8")
    shapes = {kind: re.search(rf'<(?P<tag>\w+) id="shape-{kind}"(?P<drawn>.*)', drawn) for kind in KINDS}
    assert {kind for kind, shape in shapes.items() if shape is None} == bands == set(HEIGHTS)
    assert len({shape["drawn"] for shape in shapes.values() if shape}) == len(KINDS) - len(bands)
    levels = [HEIGHTS[level] for level in RISK_LEVELS]
    assert levels == sorted(set(levels)), "a higher level is a higher bar"


@pytest.mark.parametrize(
    "days, widest, first_label", [(1, 830, "Jun 2005"), (365, 830, "Jun 2005"), (7300, 4012, "Jul 2005")]
)
def test_a_scale_is_as_wide_as_it_is_long_and_never_wider_than_is_read(
    days: int, widest: int, first_label: str
) -> None:
    scale = Scale(date(2005, 5, 3), date(2005, 5, 3) + timedelta(days=days - 1), 0)
    assert 800 <= scale.right <= widest
    ticks = list(scale.months())
    assert ticks[0].label == first_label
    labelled = [tick.x for tick in ticks if tick.label]
    assert all(b - a >= 60 for a, b in pairwise(labelled))
