"""As received here: an entry is known from when this service stored it, if that was later than its recording."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.store.application import Files
from domain.store.stored_entries import NotHeld
from projections.cases.case_repository import CaseRepository
from projections.cases.stored_late import StoredLate
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.inspections.sample_scores import score_inspection
from tests.domain.aggregates.test_person_files import ONE, TWO, appointment, entry, outcome, start

DAY = timedelta(days=1)


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as files:
        yield files


def store(files: Files, at: datetime, *facts: tuple[str, Entry], actor: str = "jo") -> None:
    files.recorder.clock = lambda: at
    for reference, fact in facts:
        files.record(reference, [fact], actor=actor, now=at)


@pytest.mark.both
def test_a_late_outcome_counts_by_its_recording_or_by_its_storing(files: Files) -> None:
    """Recorded on the day, stored two months later: *as known* it was always there, *as received* only from then on."""
    made, became = appointment("a", 1, []), outcome("o", "a", 2, on="2005-06-08")
    recorded = became.recorded_at
    on_time, months_later = recorded + DAY, recorded + 60 * DAY
    store(files, on_time, (ONE, start(ONE)), (ONE, made))
    store(files, months_later, (ONE, became))
    book = CaseRepository(files)

    def known(at: datetime, *, received: bool) -> str | None:
        moment = Moment(at.date(), end_of_day(at.date()), received)
        reading = book.read(ONE, moment, frameworks()[DEFAULT_FRAMEWORK])
        return reading.history.appointments["a"].outcome

    assert known(on_time, received=False) == "attended_complied"
    assert known(on_time, received=True) is None
    assert known(months_later - DAY, received=True) is None
    assert known(months_later, received=True) == "attended_complied"
    stored = book.stored(ONE)
    assert [(name, one.late, one.days) for name, one in stored.items() if one.late] == [("o", True, 60)]
    held = NotHeld.of(book.file(ONE).entries.values(), stored, months_later)
    assert (held.since, held.late, held.taken_over, held.others) == (on_time, 1, 0, 0)
    assert NotHeld.of(book.file(ONE).entries.values(), stored, months_later + DAY).all == 0


@pytest.mark.both
def test_once_all_is_stored_both_ways_read_the_same(own_database: object, kind: str) -> None:
    """On the demonstration's files, corrected and withdrawn entries among them, with their order."""
    with closing(Files.open(str(own_database))) as files:
        book = CaseRepository(files)
        for reference in book.cases[::17]:
            later = datetime.now(UTC) + DAY
            plain = book.read(reference, Moment(date(2005, 10, 3), later), frameworks()[DEFAULT_FRAMEWORK])
            here = book.read(reference, Moment(date(2005, 10, 3), later, True), frameworks()[DEFAULT_FRAMEWORK])
            assert plain.history.entries and here.history.entries == plain.history.entries
            assert here.answers == plain.answers and here.score == plain.score


@pytest.mark.both
def test_what_reaches_a_case_from_another_file_counts_by_its_own_storing(files: Files) -> None:
    made, became = appointment("a", 1, [ONE]), outcome("o", "a", 2, on="2005-06-08")
    on_time, later = became.recorded_at + DAY, became.recorded_at + 30 * DAY
    store(files, on_time, (ONE, start(ONE)), (TWO, start(TWO)), (TWO, made))
    store(files, later, (TWO, became))
    book = CaseRepository(files)

    def outcomes(*, received: bool) -> list[str | None]:
        moment = Moment(on_time.date(), end_of_day(on_time.date()), received)
        history = book.read(ONE, moment, frameworks()[DEFAULT_FRAMEWORK]).history
        return [one.outcome for one in history.appointments.values()]

    assert (outcomes(received=False), outcomes(received=True)) == (["attended_complied"], [None])


@pytest.mark.both
def test_a_sample_as_received_before_a_late_import_has_the_figures_without_it(files: Files) -> None:
    """The headline: an import writes what was *recorded* months ago; as received before it, nothing has moved."""
    asked = {"title": "An audit", "area": "G", "framework": "esi-2003", "cases": [ONE], "knowledge": "stood"}
    opened = entry("InspectionOpened", "opened", 40, on="2005-06-10", **asked)
    made = appointment("a", 1, [])
    on_time = opened.recorded_at
    store(files, on_time, (ONE, start(ONE)), (ONE, made), ("an-audit", opened))
    book = CaseRepository(files)
    own = Moment(opened.occurred_on, end_of_day(opened.occurred_on))
    here = Moment(own.on, own.known_at, received=True)
    before = score_inspection(book, "an-audit", own).score
    assert score_inspection(book, "an-audit", here).score == before
    store(files, on_time + 90 * DAY, (ONE, outcome("o", "a", 2, on="2005-06-08")), (ONE, appointment("b", 20, [])))
    moved = score_inspection(book, "an-audit", own)
    assert moved.readings[0].history.appointments["a"].outcome == "attended_complied"
    counted = StoredLate.of(book, "an-audit", moved.readings, own)
    assert (counted.entries, counted.cases, counted.taken_over) == (2, 1, 0) and counted.answers > 0
    received = score_inspection(book, "an-audit", here)
    assert StoredLate.of(book, "an-audit", received.readings, here) == StoredLate()
    assert received.score == before and set(received.readings[0].history.appointments) == {"a"}


@pytest.mark.both
def test_before_the_first_storing_nothing_is_said_to_be_known(files: Files) -> None:
    store(files, start(ONE).recorded_at + 400 * DAY, (ONE, start(ONE)), (ONE, appointment("a", 1, [])))
    day = start(ONE).occurred_on + 10 * DAY
    reading = CaseRepository(files).read(ONE, Moment(day, end_of_day(day), True), frameworks()[DEFAULT_FRAMEWORK])
    assert not reading.has_begun
