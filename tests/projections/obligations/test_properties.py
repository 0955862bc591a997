"""What must hold of any file whatever: nothing lost on the way, no order that matters, no look into the future."""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.amendments import known
from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve
from domain.entries.case_entries import ENTRY_TYPES, AppointmentMade, AppointmentOutcomeRecorded, Entry, subject_of
from domain.entries.refusals import NoSuchCase, NoSuchEntry, Refused
from domain.entries.schemas import ShapeError
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from projections.scoring.answers import answers, judgements_that_count
from tests.support.depth import examples
from tests.support.histories import CASE, FIRST, NOW, PERSON, PLACE, Line, facts_of, histories
from tests.support.opened import opened
from web.presentation.json_documents import entry_document

FRAMEWORK = frameworks()[DEFAULT_FRAMEWORK]

DAYS = st.dates(FIRST - timedelta(days=30), date(2008, 6, 30))

pure, stored = examples(80), examples(15)


def owed(entries: Iterable[Entry], known_at: datetime | None = None) -> list[Obligation]:
    return obligations(History.of(entries, known_at), FRAMEWORK.clauses)


def answered(entries: list[Entry], day: date, known_at: datetime | None = None) -> list[Any]:
    history = History.of(entries, known_at)
    judged = judgements_that_count(history.all(ENTRY_TYPES["QualityJudged"]), [], None, day)  # type: ignore[arg-type]
    return answers(FRAMEWORK, obligations(history, FRAMEWORK.clauses), judged, day, history.attributes(day))


@contextmanager
def a_store() -> Iterator[Files]:
    """An empty store in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        files = Files.open(str(Path(folder) / "case.sqlite"))
        try:
            yield files
        finally:
            files.close()


def import_into(files: Files, lines: Iterable[Line]) -> ImportReport:
    report = ImportReport()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.ndjson"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        read = read_lines(path, NOW, report.rejected, lambda _: None)
        import_lines(files, read, report, now=NOW, actor="test", keep=True)
    return report


def arrivals(facts: Iterable[Entry]) -> CaseFile:
    """The file that results when facts arrive in this order; those that later ones may let in wait, as in an import."""
    file, waiting = CaseFile(CASE), list(facts)
    while waiting:
        left = []
        for fact in waiting:
            try:
                for accepted in decide(file, fact, NOW):
                    evolve(file, RecordedEntry(CASE, file.version + 1, accepted))
            except Refused as error:
                assert error.later_may_mend or isinstance(error, NoSuchCase | NoSuchEntry), error
                left.append(fact)
        assert len(left) < len(waiting), left
        waiting = left
    return file


# ---------------------------------------------------------------- stored, exported, in any order


@stored
@given(histories(), DAYS)
def test_export_then_import_gives_the_same_answers_and_obligations(lines: list[Line], day: date) -> None:
    with a_store() as first, a_store() as second:
        first.seals = second.seals = False  # each record has keys of its own, so that sealed entries are never the same
        assert import_into(first, lines).rejected == []
        exported = [entry_document("case", CASE, fact) for fact in opened(first, CASE).values()]
        assert len(exported) == len(lines)
        report = import_into(second, exported)
        assert (report.stored, report.already, report.rejected) == (len(lines), 0, [])
        for known_at in (None, end_of_day(day)):
            moment = Moment(day, known_at)
            once, again = (CaseRepository(files).read(CASE, moment, FRAMEWORK) for files in (first, second))
            assert again.history.entries == once.history.entries
            assert again.obligations == once.obligations
            assert again.answers == once.answers
        assert import_into(second, exported).stored == 0


@pure
@given(histories(), st.randoms(use_true_random=False), DAYS)
def test_the_order_of_arrival_makes_no_difference(lines: list[Line], shuffling: random.Random, day: date) -> None:
    facts = facts_of(lines)
    shuffled = list(facts)
    shuffling.shuffle(shuffled)
    one, other = (list(arrivals(order).entries.values()) for order in (facts, shuffled))
    assert len(one) == len(other) == len(lines)
    assert owed(one) == owed(other)
    assert answered(one, day) == answered(other, day)


@stored
@given(histories(), st.randoms(use_true_random=False))
def test_an_import_takes_lines_in_any_order(lines: list[Line], shuffling: random.Random) -> None:
    shuffled = list(lines)
    shuffling.shuffle(shuffled)
    with a_store() as files:
        report = import_into(files, shuffled)
        assert (report.stored, report.rejected) == (len(lines), [])
        assert owed(files.read(CASE).entries.values()) == owed(facts_of(lines))


# ---------------------------------------------------------------- two axes of time


@pure
@given(histories(), DAYS)
def test_as_known_then_is_a_replay_of_what_had_been_recorded(lines: list[Line], day: date) -> None:
    facts, known_at = facts_of(lines), end_of_day(day)
    recorded = [f for f in facts if f.recorded_at < known_at]
    assert owed(facts, known_at) == owed(recorded)
    assert answered(facts, day, known_at) == answered(recorded, day)


@stored
@given(histories(), st.lists(DAYS, min_size=2, max_size=5))
def test_one_casebook_reads_every_moment_as_a_replay_would(lines: list[Line], days: list[date]) -> None:
    facts = facts_of(lines)
    with a_store() as files:
        import_into(files, lines)
        book = CaseRepository(files)
        for day in [*days, *days]:
            reading = book.read(CASE, Moment(day, end_of_day(day)), FRAMEWORK)
            recorded = [f for f in facts if f.recorded_at < end_of_day(day)]
            assert reading.obligations == owed(recorded)
            assert reading.answers == answered(recorded, day)


@stored
@given(histories(), DAYS, st.data())
def test_a_casebook_that_follows_sees_what_a_new_one_sees(lines: list[Line], day: date, data: st.DataObject) -> None:
    facts = facts_of(lines)
    cut = data.draw(st.integers(1, len(facts)))
    with a_store() as files:
        files.record(CASE, facts[:cut], actor="test", now=NOW)
        following = CaseRepository(files)
        following.read(CASE, Moment(day, None), FRAMEWORK)
        files.record(CASE, facts[cut:], actor="test", now=NOW)
        for known_at in (None, end_of_day(day)):
            moment = Moment(day, known_at)
            assert following.read(CASE, moment, FRAMEWORK) == CaseRepository(files).read(CASE, moment, FRAMEWORK)


def states(found: Iterable[Obligation], day: date) -> Counter[Any]:
    """Every duty that has arisen by a day, with its state on it."""
    return Counter(
        (o.clause.edition, o.clause.id, o.value.text, o.arises_on, o.raised_by, o.state(day))
        for o in found
        if o.state(day) is not None
    )


def had_happened(standing: list[Entry], day: date) -> list[Entry]:
    """What had occurred by a day; a fact about another entry speaks of its subject's date.

    An appointment that was attended happened on the day it was for, whenever it was put on the file.
    """
    attended = {
        fact.appointment
        for fact in standing
        if isinstance(fact, AppointmentOutcomeRecorded) and "attended" in fact.outcome
    }
    occurred = {fact.entry: fact.occurred_on for fact in standing}
    made = [fact for fact in standing if isinstance(fact, AppointmentMade) and fact.entry in attended]
    occurred |= {fact.entry: min(fact.occurred_on, fact.for_on) for fact in made}
    return [
        fact
        for fact in standing
        if occurred[fact.entry] <= day or occurred.get(subject_of(fact) or "", fact.occurred_on) <= day
    ]


@examples(150)
@given(histories(longest=45), st.lists(DAYS, max_size=3))
def test_what_happens_later_never_changes_the_state_on_a_day(lines: list[Line], days: list[date]) -> None:
    standing = known(facts_of(lines), None)
    history = History(standing)
    assert history.start is not None
    whole = obligations(history, FRAMEWORK.clauses)
    turns = sorted({o.arises_on for o in whole} | {o.due_on for o in whole})
    for day in [*days, *turns[:: max(1, len(turns) // 6)]]:
        if day >= history.start.on:
            by_then = obligations(History(had_happened(standing, day)), FRAMEWORK.clauses)
            assert states(by_then, day) == states(whole, day), day


@pure
@given(histories(longest=8))
def test_nothing_is_owed_before_supervision_begins(lines: list[Line]) -> None:
    facts = facts_of(lines)
    start = History.of(facts).start
    assert start is not None
    assert [o for o in owed(facts) if o.arises_on < start.on] == []


def line(type_: str, entry: str, day: str, **fields: Any) -> Line:
    return {"entry": entry, "type": type_, "occurred_on": day, "recorded_at": f"{day}T20:00:00+00:00", **fields}


def started(day: str = "2005-05-03", **fields: Any) -> Line:
    given = {"order_type": "community_order", **PLACE, "officer": "Ruth Ablewhite", "officer_grade": "po"}
    return line("SupervisionStarted", "start", day, person=PERSON, **given | fields)


def check_causal(lines: list[Line], day: date) -> None:
    standing = known(facts_of(lines), None)
    assert states(owed(had_happened(standing, day)), day) == states(owed(standing), day)


def test_what_is_recorded_on_the_stroke_of_midnight_is_known_the_next_day() -> None:
    day = date(2005, 7, 1)
    for second, known_that_day in (("22:59:59", True), ("23:00:00", False)):  # summer time
        lines = [started(), line("TierSet", "t", "2005-06-30", tier=2) | {"recorded_at": f"2005-07-01T{second}+00:00"}]
        entries = [fact.entry for fact in known(facts_of(lines), end_of_day(day))]
        assert ("t" in entries) == known_that_day


def backdated(outcome: str | None) -> list[Line]:
    """An appointment made on 20 June for 4 May, and what became of it."""
    made = line("AppointmentMade", "a", "2005-06-20", for_on="2005-05-04", contact_type="office")
    said = (
        []
        if outcome is None
        else [line("AppointmentOutcomeRecorded", "o", "2005-06-20", appointment="a", outcome=outcome)]
    )
    return [started(), made, *said]


def duties(lines: list[Line], clause: str) -> list[Obligation]:
    return [o for o in owed(facts_of(lines)) if o.clause.id == clause]


def test_an_appointment_put_on_file_after_its_day_counts_on_its_day_if_it_was_attended() -> None:
    (first,) = duties(backdated("attended_complied"), "first-contact")
    assert (first.met_on, first.met_by) == (date(2005, 5, 4), ("a",))


@pytest.mark.parametrize("outcome", [None, "unacceptable_absence", "acceptable_absence", "awaiting_explanation"])
def test_one_that_was_not_attended_buys_nothing(outcome: str | None) -> None:
    (first,) = duties(backdated(outcome), "first-contact")
    assert first.met_on is None
    assert duties(backdated(outcome), "absence-decision") == duties(backdated(outcome), "warning") == []


def test_once_a_letter_names_it_it_was_offered_and_is_an_absence_from_then_on() -> None:
    letter = line("ContactLogged", "l", "2005-06-22", contact_type="letter", about="a")
    lines = [*backdated("unacceptable_absence"), letter]
    (first,), (absence,) = duties(lines, "first-contact"), duties(lines, "absence-decision")
    assert first.met_on == date(2005, 5, 4)
    assert (absence.arises_on, absence.raised_by) == (date(2005, 6, 22), "a")


def test_supervision_put_on_file_after_the_release_owes_nothing_before() -> None:
    lines = [started("2005-05-10", order_type="licence", released_on="2005-05-03")]
    for day in (date(2005, 5, 3), date(2005, 5, 9), date(2005, 5, 10), date(2005, 6, 10)):
        check_causal(lines, day)


@pytest.mark.parametrize("year", ["0205", "1899", "2101", "2205", "9999"])
def test_a_mistyped_year_is_refused_in_words(year: str) -> None:
    with pytest.raises(ShapeError, match=f"for_on: {year}-12-31 is not between 1900 and 2100; check the year"):
        facts_of([line("AppointmentMade", "a", "2005-06-01", for_on=f"{year}-12-31", contact_type="office")])


@pytest.mark.parametrize("year", ["1900", "1905", "2100"])
def test_a_mistyped_year_that_could_be_never_breaks_the_reading_of_a_case(year: str) -> None:
    lines = [
        started(ends_on="2100-12-31"),
        line("AppointmentMade", "a", "2005-06-01", for_on=f"{year}-12-31", contact_type="office"),
        line(
            "AppointmentOutcomeRecorded",
            "o",
            "2005-06-08",
            appointment="a",
            outcome="rescheduled" if year == "2100" else "awaiting_explanation",
        ),
        line("MappaSet", "m", "2005-06-01", category=1, level=3),
        line("MappaReviewSet", "r", "2005-06-01", for_on=f"{year}-12-31"),
        line("CourtReportRequested", "c", "2005-06-01", kind="psr", due_on=f"{year}-12-31"),
    ]
    assert arrivals(facts_of(lines)).version == len(lines), "every one of them is taken"
    for day in (date(2005, 6, 30), date(2006, 6, 30)):
        assert len(answered(facts_of(lines), day)) == len(FRAMEWORK.questions)


# ---------------------------------------------------------------- the four dates


FOLLOWS: dict[str | None, set[str | None]] = {
    None: {None, "due", "met", "lapsed", "dispensed"},
    "due": {"due", "met", "met_late", "overdue", "missed", "lapsed", "dispensed"},
    "overdue": {"overdue", "met_late", "dispensed"},
    "missed": {"missed", "dispensed"},
    "dispensed": {"due", "met", "met_late", "overdue", "missed", "lapsed", "dispensed"},
    "met": {"met"},
    "met_late": {"met_late"},
    "lapsed": {"lapsed"},
}
"""From one day to the next: met stays met, missed and lapsed are for good, nothing goes back to being due.

But for a dispensation, after which a duty reads as it would without.
"""


@pure
@given(histories())
def test_dates_are_in_order_and_states_only_go_forward(lines: list[Line]) -> None:
    for obligation in owed(facts_of(lines)):
        assert obligation.arises_on <= obligation.due_on
        assert obligation.ended_on is None or obligation.arises_on <= obligation.ended_on
        assert obligation.window or (obligation.met_on is None) == (not obligation.met_by)
        assert obligation.raised_by in {line["entry"] for line in lines}
        dates = (obligation.arises_on, obligation.due_on, obligation.met_on, obligation.ended_on)
        around = sorted({d + timedelta(days=n) for d in dates if d is not None for n in (-1, 0, 1)})
        before: str | None = None
        for day in around:
            state = obligation.state(day)
            assert state in FOLLOWS[before], (obligation, day)
            assert (state is None) == (day < obligation.arises_on)
            assert obligation.days_late(day) >= 0
            before = state


@pure
@given(histories(), DAYS)
def test_a_window_is_met_inside_it_or_not_at_all(lines: list[Line], day: date) -> None:
    for obligation in owed(facts_of(lines)):
        if obligation.window:
            assert obligation.met_on is None or obligation.arises_on <= obligation.met_on <= obligation.due_on
            assert obligation.state(day) != "overdue"
        else:
            assert obligation.state(day) != "missed"


# ---------------------------------------------------------------- law in practice

AT_LARGE = {"RecallDecided", "WhereaboutsUnknown", "WhereaboutsKnown"}
CUSTODY = {"CustodyStarted", "CustodyEnded"}


def without(lines: list[Line], types: set[str]) -> list[Line]:
    """The lines without those of some types, and without what corrects or withdraws them."""
    gone: set[str] = set()
    left = []
    for line in lines:
        if line["type"] in types or line.get("of") in gone:
            gone.add(line["entry"])
        else:
            left.append(line)
    return left


@pure
@given(histories())
def test_days_in_custody_never_make_a_duty_due_sooner(lines: list[Line]) -> None:
    lines = without(lines, AT_LARGE)
    here = {
        (o.clause.edition, o.clause.id, o.raised_by, o.arises_on): o.due_on
        for o in owed(facts_of(without(lines, CUSTODY)))
        if not o.window
    }
    for duty in owed(facts_of(lines)):
        plain = here.get((duty.clause.edition, duty.clause.id, duty.raised_by, duty.arises_on), duty.due_on)
        assert duty.window or plain <= duty.due_on, duty


@pure
@given(histories(), DAYS)
def test_a_stay_in_custody_of_one_day_changes_nothing(lines: list[Line], day: date) -> None:
    facts = facts_of(without(lines, AT_LARGE))
    history = History.of(facts)
    marks = {fact.occurred_on for fact in history.entries if type(fact).__name__ in CUSTODY}
    if history.start is None or day < history.start.on or day in marks or history.in_custody(day):
        return
    stay = [line("CustodyStarted", "b", str(day), reason="sentence"), line("CustodyEnded", "r", str(day))]
    stay[1]["recorded_at"] = f"{day}T21:00:00+00:00"
    assert owed([*facts, *facts_of(stay)]) == owed(facts)


@pure
@given(histories())
def test_nothing_arises_after_the_end_but_the_final_review(lines: list[Line]) -> None:
    facts = facts_of(lines)
    end = History.of(facts).end
    late = [o for o in owed(facts) if end is not None and o.arises_on >= end.on]
    assert {o.clause.id for o in late} <= {"termination-review"}


TURNS = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from(("tier", "risk")), st.integers(1, 4)), max_size=12
)  # days after the start, what changes, to which tier or level


@pure
@given(st.dates(date(2003, 1, 1), date(2007, 12, 31)), TURNS)
def test_windows_of_contact_leave_no_day_out_while_the_person_is_at_liberty(
    start: date, turns: list[tuple[int, str, int]]
) -> None:
    """Up to National Standards 2011, which ask for no contact."""
    lines = [started(start.isoformat())]
    for number, (after, what, level) in enumerate(turns):
        on, entry = (start + timedelta(days=after)).isoformat(), f"t{number}"
        if what == "tier":
            lines.append(line("TierSet", entry, on, tier=level))
        else:
            to = ("low", "medium", "high", "very_high")[level - 1]
            lines.append(line("RiskLevelChanged", entry, on, **{"from": "low", "to": to, "reason": "r"}))
    laid = [o for o in duties(lines, "contact-frequency") if o.arises_on < date(2011, 4, 5)]
    windows = sorted((o.arises_on, o.due_on, o.ended_on) for o in laid)
    covered = start
    for arises_on, due_on, ended_on in windows:
        assert ended_on is None, "none lapses"
        assert arises_on <= covered, "no day is left out"
        covered = max(covered, due_on + timedelta(days=1))
    assert covered >= start + timedelta(days=365)
