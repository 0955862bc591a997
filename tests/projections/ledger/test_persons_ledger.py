"""What belongs to the person holds in all their files, at any day and as known at any instant."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from domain.aggregates.case_file import CaseFile
from domain.aggregates.person_files import PersonFiles, reached
from domain.entries.case_entries import Entry, SupervisionStarted
from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.cases.hindsight import then_and_now
from projections.cases.replay import Replay
from projections.history.history import History
from projections.ledger.ledger import ledger, rows_known
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from tests.projections.ledger.test_ledger import said
from tests.support.depth import examples
from tests.support.histories import PERSON, PLACE, facts_of, histories
from tests.support.plain_ledger import as_one_reading, plain_ledger

ONE, TWO, LINKED = "X123456/1", "X123456/2", "A000001/1"
FRAMEWORK = frameworks()[DEFAULT_FRAMEWORK]


def entry(type_: str, name: str, on: str, recorded: str | None = None, **fields: Any) -> Entry:
    at = f"{recorded or on}T20:00:00+00:00"
    return load_entry(type_, {"entry": name, "occurred_on": on, "recorded_at": at, **fields})


def start(on: str = "2005-05-03", **fields: Any) -> Entry:
    said = {"person": PERSON, "order_type": "community_order", **PLACE, "officer": "O", "officer_grade": "po", **fields}
    return entry("SupervisionStarted", "start", on, **said)


def duties(
    files: dict[str, Sequence[Entry]], reference: str, clause: str, known: str | None = None
) -> list[Obligation]:
    """The duties of a case under a clause of 2005, as known at the end of a day."""
    found = reached(files, reference)
    at = None if known is None else datetime.fromisoformat(f"{known}T23:00:00+00:00")
    every = obligations(History.of(found.entries, at, found.elsewhere), FRAMEWORK.clauses)
    return [o for o in every if o.clause.id == clause and o.clause.edition == "2005"]


def test_custody_keyed_on_one_sentence_lapses_the_weeks_of_the_other() -> None:
    custody = [entry("CustodyStarted", "in", "2005-06-06", "2005-07-05", reason="remand"),
               entry("CustodyEnded", "out", "2005-07-04", "2005-07-05")]  # fmt: skip
    files = {ONE: [start()], TWO: [start(), *custody]}

    def weeks(known: str | None = None) -> dict[date, str | None]:
        on = date(2005, 7, 5)
        return {o.arises_on: o.state(on) for o in duties(files, ONE, "contact-frequency", known) if o.due_on < on}

    june = {day for day in weeks() if date(2005, 6, 6) <= day <= date(2005, 6, 26)}
    assert len(june) == 3
    assert {weeks()[day] for day in june} == {"lapsed"}
    assert {weeks("2005-07-04")[day] for day in june} == {"missed"}
    alone = {o.arises_on: o.state(date(2005, 7, 5)) for o in duties({ONE: [start()]}, ONE, "contact-frequency")}
    assert {alone[day] for day in june} == {"missed"}


def test_an_assessment_on_one_file_raises_the_risk_on_both() -> None:
    assessed = entry(
        "AssessmentCompleted", "risk", "2005-06-01", instrument="oasys", stage="initial", assessor="A",
        overall_risk_of_harm="very_high",
    )  # fmt: skip
    files = {ONE: [start()], TWO: [start(), assessed]}
    for reference in files:
        (plan,) = duties(files, reference, "risk-management-plan")
        assert plan.arises_on == date(2005, 6, 1)
        assert (plan.raised_by or "").endswith("risk")
    (own,) = (plan.raised_by for plan in duties(files, ONE, "risk-management-plan"))
    assert own == "X123456/2#risk"
    assert duties(files, ONE, "initial-supervision-plan")[0].met_on is None


def test_death_on_one_file_ends_all() -> None:
    files = {ONE: [start()], TWO: [start(), entry("SupervisionEnded", "end", "2005-05-10", reason="died")]}
    (plan,) = duties(files, ONE, "initial-supervision-plan")
    assert (plan.ended_on, plan.state(date(2005, 6, 30))) == (date(2005, 5, 10), "lapsed")


def test_an_appointment_and_a_plan_that_serve_two_sentences_count_in_both() -> None:
    made = entry("AppointmentMade", "a", "2005-05-03", for_on="2005-05-05", contact_type="office", serves=[ONE])
    kept = entry("AppointmentOutcomeRecorded", "o", "2005-05-05", appointment="a", outcome="unacceptable_absence")
    plan = entry("SupervisionPlanMade", "p", "2005-05-09", objectives=[], interventions=[], serves=[ONE])
    files = {ONE: [start()], TWO: [start(), made, kept, plan]}
    for reference, before in ((ONE, "X123456/2#"), (TWO, "")):
        (first,) = duties(files, reference, "first-contact")
        assert (first.met_on, first.met_by) == (date(2005, 5, 5), (f"{before}a",))
        assert duties(files, reference, "initial-supervision-plan")[0].met_by == (f"{before}p",)
        (letter,) = duties(files, reference, "absence-explanation")
        assert letter.raised_by == f"{before}a"
    late = [row for row, *_ in ledger(*reached(files, ONE)[:2]).lates]
    assert late == []


def test_what_another_file_says_is_a_step_of_the_replay_and_a_reason_for_a_difference() -> None:
    custody = [entry("CustodyStarted", "in", "2005-06-06", "2005-07-05", reason="remand"),
               entry("CustodyEnded", "out", "2005-07-04", "2005-07-05")]  # fmt: skip
    files = {ONE: [start()], TWO: [start(), *custody]}
    person = PersonFiles(file_of(ONE, files[ONE]), [file_of(TWO, files[TWO])])
    replay = Replay(person, FRAMEWORK)
    assert [label.known for label in replay.labels("entry")] == [1, 2, 3]
    step = replay.step("entry", 3)
    assert [fact.entry for fact in step.added] == ["X123456/2#out"]
    assert step.after.history == History.of(*_all(files))
    found = then_and_now(person, date(2005, 6, 30), FRAMEWORK)
    assert {fact.entry for fact in found.later} == {"X123456/2#in"}
    changed = [one for one in found.duties if one.change.duty.clause.id == "contact-frequency"]
    assert changed and all([fact.entry for fact in one.because] == ["X123456/2#in"] for one in changed)


def file_of(reference: str, facts: Sequence[Entry]) -> CaseFile:
    return CaseFile(reference, len(facts), {fact.entry: fact for fact in facts})


def _all(files: dict[str, Sequence[Entry]]) -> tuple[Sequence[Entry], None, Sequence[Sequence[Entry]]]:
    found = reached(files, ONE)
    return found.entries, None, found.elsewhere


@st.composite
def persons(draw: st.DrawFn) -> dict[str, Sequence[Entry]]:
    """Two files of a person, and one of a CRN that may be linked; some entries of the others serve the first."""
    files = {name: facts_of(draw(histories(longest=40, odd=True))) for name in (ONE, TWO, LINKED)}
    for name in (TWO, LINKED):
        files[name] = [_serving(fact) if draw(st.integers(0, 2)) == 0 else fact for fact in files[name]]
    instants = sorted(fact.recorded_at for facts in files.values() for fact in facts)
    linked = draw(st.sampled_from(instants))
    link = load_entry("PersonLinked", {
        "entry": "link", "occurred_on": linked.date().isoformat(), "recorded_at": linked.isoformat(),
        "crn": "A000001", "reason": "r",
    })  # fmt: skip
    undone = max(draw(st.sampled_from(instants)), linked + timedelta(hours=1))
    undo = load_entry("PersonUnlinked", {
        "entry": "undo", "occurred_on": undone.date().isoformat(), "recorded_at": undone.isoformat(), "link": "link",
        "reason": "r",
    })  # fmt: skip
    files[ONE] += [[], [link], [link, undo]][draw(st.integers(0, 2))]
    return files


def _serving(fact: Entry) -> Entry:
    return structs.replace(fact, serves=[ONE]) if hasattr(fact, "serves") else fact


@examples(60)
@given(persons())
def test_the_ledger_is_what_deriving_anew_at_each_recording_gives(files: dict[str, Sequence[Entry]]) -> None:
    found = reached(files, ONE)
    for quick, plain in zip(
        said(ledger(found.entries, found.elsewhere)), said(plain_ledger(found.entries, found.elsewhere)), strict=True
    ):
        assert quick - plain == Counter()
        assert plain - quick == Counter()


@examples(60)
@given(persons(), st.data())
def test_at_any_instant_the_ledger_says_what_the_files_said(
    files: dict[str, Sequence[Entry]], data: st.DataObject
) -> None:
    """What is known at an instant follows from the entries stored by then alone, links among them."""
    instants = sorted(fact.recorded_at for facts in files.values() for fact in facts)
    known_at = data.draw(st.sampled_from(instants)) + timedelta(seconds=1)
    stored = {name: [fact for fact in facts if fact.recorded_at < known_at] for name, facts in files.items()}
    if not any(isinstance(fact, SupervisionStarted) for fact in stored[ONE]):
        return
    now, then = reached(files, ONE), reached(stored, ONE)
    rows = rows_known(History.of(then.entries, None, then.elsewhere))
    found = ledger(now.entries, now.elsewhere)
    assert [Counter(as_one_reading(k.row) for k in kind if k.at(known_at)) for kind in found.kinds] == [
        Counter(r) for r in rows
    ]
