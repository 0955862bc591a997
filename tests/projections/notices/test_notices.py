"""Notices: from which day to which each stands, and what the file said of it at any time of knowledge."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.amendments import known
from domain.calendar.london_time import LONDON
from domain.entries.case_entries import Entry
from projections.history.history import Appointment, History, end_of_day
from projections.ledger.case_versions import CaseVersions
from projections.ledger.ledger import ledger
from projections.ledger.ledger_rows import notice_rows
from projections.ledger.notices_known import notices_as_known
from projections.notices.notice_kinds import NOTICES
from tests.support.depth import examples, times
from tests.support.histories import PERSON, PLACE, facts_of, histories
from tests.support.messy_histories import messy
from tests.support.plain_entries import as_fact
from tests.support.plain_ledger import AN_INSTANT

START = date(2005, 6, 6)
Span = tuple[date, date | None]


class File:
    """A case file, written entry by entry; each is recorded at noon of its day unless it says otherwise."""

    def __init__(self, **started: Any):
        self.lines: list[dict[str, Any]] = []
        place = {**PLACE, "officer": "Ruth Ablewhite", "officer_grade": "po"}
        self.add("SupervisionStarted", START, **{"person": PERSON, "order_type": "community_order", **place, **started})

    def add(self, type_: str, on: date, recorded: date | None = None, **fields: Any) -> str:
        entry = f"e{len(self.lines)}"
        at = datetime.combine(recorded or on, time(12), LONDON).isoformat()
        self.lines.append({"entry": entry, "type": type_, "occurred_on": on.isoformat(), "recorded_at": at, **fields})
        return entry

    def assessed(self, on: date, level: str | None = "medium", **fields: Any) -> str:
        said = {"instrument": "oasys", "stage": "initial", "assessor": "Ruth Ablewhite", "overall_risk_of_harm": level}
        return self.add("AssessmentCompleted", on, **{k: v for k, v in (said | fields).items() if v is not None})

    def appointment(self, for_on: date, outcome: str | None = None, **fields: Any) -> str:
        made = {"made": for_on, "contact_type": "office", **fields}
        entry = self.add("AppointmentMade", made.pop("made"), for_on=for_on.isoformat(), **made)
        if outcome:
            self.add("AppointmentOutcomeRecorded", for_on, appointment=entry, outcome=outcome)
        return entry

    @property
    def facts(self) -> list[Entry]:
        return facts_of(self.lines)

    def spans(self, kind: str, known_on: date | None = None) -> list[Span]:
        """The spans of a kind of notice as known at the end of a day; the ledger and the plain history say the same."""
        known_at = known_on and end_of_day(known_on)
        of_ledger = {known.row for known in ledger(self.facts).notices if known.at(known_at)}
        assert of_ledger == set(notice_rows(History.of(self.facts, known_at)))
        return sorted((row.begins_on, row.ends_before) for row in of_ledger if row.notice == kind)


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(*spans: tuple[str, str | None]) -> list[Span]:
    return [(day(begins), ends and day(ends)) for begins, ends in spans]  # type: ignore[misc]


def test_never_assessed_until_a_level_is_on_the_file() -> None:
    file = File()
    file.assessed(day("2005-06-10"), None, instrument="ogrs2")
    assert file.spans("never-assessed") == days(("2005-06-06", None))
    file.assessed(day("2005-06-27"))
    assert file.spans("never-assessed") == days(("2005-06-06", "2005-06-27"))
    assert file.spans("never-assessed", day("2005-06-26")) == days(("2005-06-06", None))


def test_one_assessed_before_the_start_is_not_noticed() -> None:
    file = File()
    file.assessed(day("2005-05-09"))
    assert file.spans("never-assessed") == []


def test_the_end_of_supervision_ends_a_notice() -> None:
    file = File(ends_on="2005-12-05")
    file.add("SupervisionEnded", day("2006-01-10"), recorded=day("2006-02-01"), reason="completed")
    assert file.spans("never-assessed") == days(("2005-06-06", "2006-01-10"))
    assert file.spans("past-its-end") == days(("2005-12-06", "2006-01-10"))
    assert file.spans("past-its-end", day("2006-01-31")) == days(("2005-12-06", None))


def test_an_order_that_is_extended_is_not_past_its_end() -> None:
    file = File(ends_on="2005-12-05")
    file.add("OrderVaried", day("2005-12-20"), ends_on="2006-03-05")
    assert file.spans("past-its-end") == days(("2005-12-06", "2005-12-20"), ("2006-03-06", None))


def test_a_high_assessment_is_not_countersigned_since_until_an_entitled_other_person_signs_that_one() -> None:
    file = File()
    first = file.assessed(day("2005-06-06"), "high", assessor="Ann Spo")
    file.add("AssessmentCountersigned", day("2005-06-08"), assessment=first, by="ANN SPO", grade="spo")
    file.add("AssessmentCountersigned", day("2005-06-09"), assessment=first, by="Dai Rees", grade="po")
    assert file.spans("not-countersigned-since") == days(("2005-06-06", None))
    assert file.spans("signed-by-someone-not-entitled") == days(("2005-06-08", None), ("2005-06-09", None))
    file.add("AssessmentCountersigned", day("2005-06-20"), assessment=first, by="Nia Bevan", grade="spo")
    file.assessed(day("2005-09-12"), "very_high", stage="review")
    assert file.spans("not-countersigned-since") == days(("2005-06-06", "2005-06-20"), ("2005-09-12", None))
    assert file.spans("signed-by-someone-not-entitled") == days(
        ("2005-06-08", "2005-06-20"), ("2005-06-09", "2005-06-20")
    )


def test_once_the_risk_is_high_no_more_the_signature_is_not_asked_after() -> None:
    file = File()
    file.assessed(day("2005-06-06"), "high")
    file.add("RiskLevelChanged", day("2005-07-01"), reason="as discussed", **{"from": "high", "to": "medium"})
    assert file.spans("not-countersigned-since") == days(("2005-06-06", "2005-07-01"))
    assert file.spans("not-countersigned-since", day("2005-06-30")) == days(("2005-06-06", None))


def test_whereabouts_unknown_for_more_than_ten_working_days_without_breach_or_recall() -> None:
    file = File()
    file.add("WhereaboutsUnknown", day("2005-08-22"), basis="enquiries")
    # Monday 29 August 2005 is a bank holiday: the tenth working day is Tuesday 6 September.
    assert file.spans("whereabouts-no-action") == days(("2005-09-07", None))
    missed = file.appointment(day("2005-08-10"), "unacceptable_absence")
    file.add("BreachInitiated", day("2005-09-14"), appointments=[missed])
    assert file.spans("whereabouts-no-action") == days(("2005-09-07", "2005-09-14"))
    assert file.spans("whereabouts-no-action", day("2005-09-13")) == days(("2005-09-07", None))


@pytest.mark.parametrize(
    ("begun", "decided", "noticed"),
    [
        ("2005-09-06", None, False),
        ("2005-07-01", None, False),
        ("2005-07-01", "2005-09-20", False),
        ("2005-07-01", "2005-08-21", True),
    ],
)
def test_breach_begun_within_ten_days_or_still_undecided_is_action(
    begun: str, decided: str | None, noticed: bool
) -> None:
    file = File()
    file.add("WhereaboutsUnknown", day("2005-08-22"), basis="warrant")
    file.add("RecallRequested", day(begun), reason="failures")
    if decided:
        file.add("RecallDecided", day(decided), outcome="not_recalled")
    assert bool(file.spans("whereabouts-no-action")) is noticed


def test_found_in_time_is_not_noticed_and_found_later_ends_it() -> None:
    in_time, later = File(), File()
    for file, found in ((in_time, "2005-09-07"), (later, "2005-09-08")):
        file.add("WhereaboutsUnknown", day("2005-08-22"), basis="enquiries")
        file.add("WhereaboutsKnown", day(found), how="surrendered")
    assert in_time.spans("whereabouts-no-action") == []
    assert later.spans("whereabouts-no-action") == days(("2005-09-07", "2005-09-08"))


def test_a_breach_undecided_for_sixteen_weeks() -> None:
    file = File()
    missed = file.appointment(day("2005-06-20"), "unacceptable_absence")
    file.add("BreachInitiated", day("2005-07-04"), appointments=[missed])
    assert file.spans("breach-undecided") == days(("2005-10-24", None))
    file.add("BreachDecided", day("2005-11-15"), recorded=day("2005-12-01"), outcome="order_continues")
    assert file.spans("breach-undecided") == days(("2005-10-24", "2005-11-15"))
    assert file.spans("breach-undecided", day("2005-11-30")) == days(("2005-10-24", None))
    file.add("BreachDecided", day("2005-10-23"), recorded=day("2006-01-01"), outcome="withdrawn")
    assert file.spans("breach-undecided") == []


def test_an_appointment_put_on_the_file_after_its_day_and_not_attended_until_something_names_it() -> None:
    file = File()
    before = file.appointment(day("2005-06-13"), "unacceptable_absence", made=day("2005-06-20"))
    assert file.spans("appointment-without-naming") == days(("2005-06-20", None))
    file.add("ContactLogged", day("2005-06-24"), contact_type="letter", about=before)
    assert file.spans("appointment-without-naming") == days(("2005-06-20", "2005-06-24"))
    assert file.spans("appointment-without-naming", day("2005-06-23")) == days(("2005-06-20", None))


@pytest.mark.parametrize(
    ("outcome", "noticed"), [("attended_complied", False), ("rescheduled", False), (None, True), ("acceptable_absence", True)]
)  # fmt: skip
def test_one_that_was_attended_or_moved_is_not_noticed(outcome: str | None, noticed: bool) -> None:
    file = File()
    file.appointment(day("2005-06-13"), outcome, made=day("2005-06-14"))
    assert bool(file.spans("appointment-without-naming")) is noticed


def test_one_made_on_its_day_or_for_a_day_before_supervision_is_not_noticed() -> None:
    file = File()
    file.appointment(day("2005-06-13"))
    file.appointment(day("2005-06-03"), made=day("2005-06-10"))
    assert file.spans("appointment-without-naming") == []


def test_attended_while_the_file_says_custody() -> None:
    file = File()
    file.add("CustodyStarted", day("2005-07-04"), reason="remand")
    file.appointment(day("2005-07-04"), "attended_complied")
    file.appointment(day("2005-07-08"), "attended_complied", contact_type="prison_visit")
    assert file.spans("custody-without-end") == []
    file.appointment(day("2005-07-18"), "attended_complied")
    file.add("UnpaidWorkSession", day("2005-07-12"), hours=6, outcome="attended_complied")
    assert file.spans("custody-without-end") == days(("2005-07-12", None))
    file.add("CustodyEnded", day("2005-07-15"), recorded=day("2005-07-25"))
    assert file.spans("custody-without-end") == days(("2005-07-12", "2005-07-15"))
    assert file.spans("custody-without-end", day("2005-07-24")) == days(("2005-07-12", None))
    file.add("CustodyEnded", day("2005-07-11"), recorded=day("2005-08-01"))
    assert file.spans("custody-without-end") == []


@pytest.mark.parametrize(
    ("reason", "noticed"), [("recalled", True), ("revoked", True), ("completed", False), ("died", False)]
)
def test_released_after_an_end_by_recall_or_revocation(reason: str, noticed: bool) -> None:
    file = File()
    file.add("CustodyStarted", day("2005-07-04"), reason="sentence")
    end = file.add("SupervisionEnded", day("2005-07-11"), reason=reason)
    assert file.spans("released-after-end") == []
    file.add("CustodyEnded", day("2005-09-01"))
    assert file.spans("released-after-end") == (days(("2005-09-01", None)) if noticed else [])
    file.add("EntryWithdrawn", day("2005-09-05"), of=end, reason="not ended")
    assert file.spans("released-after-end") == []


def test_custody_again_ends_the_notice_of_a_release() -> None:
    file = File()
    file.add("CustodyStarted", day("2005-07-04"), reason="recall")
    file.add("SupervisionEnded", day("2005-07-11"), reason="recalled")
    file.add("CustodyEnded", day("2005-09-01"))
    file.add("CustodyStarted", day("2005-10-03"), reason="recall")
    assert file.spans("released-after-end") == days(("2005-09-01", "2005-10-03"))


def test_nobody_in_post_until_the_case_is_allocated() -> None:
    file = File()
    file.add("CaseAllocated", day("2005-07-01"), **PLACE, officer="Vacancy 3", officer_grade="vacant")
    assert file.spans("no-officer") == days(("2005-07-01", None))
    file.add("CaseAllocated", day("2005-08-01"), **PLACE, officer="Dai Rees", officer_grade="pso")
    assert file.spans("no-officer") == days(("2005-07-01", "2005-08-01"))


def everything() -> File:
    """A file on which every kind of notice stands at some time."""
    file = File(ends_on="2006-01-31")
    file.assessed(day("2005-06-20"), "high")
    high = file.assessed(day("2005-06-27"), "high", assessor="Ann Spo")
    file.add("AssessmentCountersigned", day("2005-06-28"), assessment=high, by="Ann Spo", grade="spo")
    file.appointment(day("2005-07-04"), "unacceptable_absence", made=day("2005-07-11"))
    file.add("RecallRequested", day("2005-07-12"), reason="failures")
    file.add("RecallDecided", day("2005-12-05"), outcome="not_recalled")
    file.add("WhereaboutsUnknown", day("2005-12-12"), basis="enquiries")
    file.add("WhereaboutsKnown", day("2006-01-16"), how="surrendered")
    file.add("CaseAllocated", day("2006-01-17"), **PLACE, officer="Vacancy 3", officer_grade="vacant")
    file.add("CustodyStarted", day("2006-02-01"), reason="recall")
    file.appointment(day("2006-02-08"), "attended_complied")
    file.add("SupervisionEnded", day("2006-02-15"), reason="revoked")
    file.add("CustodyEnded", day("2006-05-01"))
    return file


def test_every_kind_is_noticed_on_a_file_that_has_all() -> None:
    assert {known.row.notice for known in ledger(everything().facts).notices if known.until is None} == set(NOTICES)


def test_what_happens_after_a_day_changes_no_notice_on_it() -> None:
    facts = everything().facts
    whole = notice_rows(History.of(facts))
    for number in range(0, 350, 3):
        on = START + timedelta(days=number)
        assert standing(whole, on) == standing(notice_rows(History.of(until(facts, on))), on)


def until(facts: Iterable[Entry], on: date) -> list[Entry]:
    return [fact for fact in facts if fact.occurred_on <= on]


def standing(rows: Iterable[Any], on: date) -> set[tuple[str, date, str | None]]:
    found = [row for row in rows if row.begins_on <= on and (row.ends_before is None or on < row.ends_before)]
    return {(row.notice, row.begins_on, row.entry) for row in found}


@examples(100)
@given(histories(odd=True))
def test_the_ledger_has_the_notices_that_deriving_anew_at_each_recording_gives(lines: list[dict[str, Any]]) -> None:
    as_derived_anew(facts_of(lines))


@pytest.mark.parametrize("seed", range(times(200, 25)))
def test_so_it_has_of_a_messy_file(seed: int) -> None:
    as_derived_anew([as_fact(entry) for entry in messy(f"notices {seed}")])


def as_derived_anew(facts: list[Entry]) -> None:
    """The notices of the ledger are those of each state of knowledge."""
    book = CaseVersions(facts)
    rows = notices_as_known(book).with_instants(book.instants)
    for number, instant in enumerate(book.instants):
        known_at = [*book.instants[1:], None][number]
        wanted = Counter(notice_rows(History.of(facts, instant + AN_INSTANT)))
        assert Counter(known.row for known in rows if known.at(known_at)) == wanted


@examples(60)
@given(histories(odd=True), st.data())
def test_on_any_file_what_happens_later_changes_no_notice(lines: list[dict[str, Any]], data: st.DataObject) -> None:
    facts = known(facts_of(lines), None)
    on = data.draw(st.sampled_from(sorted({fact.occurred_on for fact in facts})))
    naming = {one.entry: one for one in History(facts).appointments.values()}
    later = [fact for fact in facts if fact.occurred_on <= on or about_by(fact, naming, on)]
    assert standing(notice_rows(History(facts)), on) == standing(notice_rows(History(later)), on)


def about_by(fact: Entry, appointments: Mapping[str, Appointment], on: date) -> bool:
    """Whether an entry is about an appointment of this day or before: it counts on the appointment's day."""
    about = appointments.get(getattr(fact, "appointment", ""))
    return about is not None and about.for_on <= on
