"""The columns against the replay: the same state, the same scores, tables and counts, for any day and any knowledge."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from benchmarks.cases import template
from domain.calendar import london_time
from domain.entries.case_entries import CaseAllocated, Entry, EntryWithdrawn, QualityJudged, SupervisionStarted
from domain.policy.frameworks.framework_files import frameworks
from projections.arrays.date_numbers import (
    FIRST,
    LAST,
    NEVER,
    STILL_KNOWN,
    day_begun,
    day_number,
    day_of,
    day_read,
    days_fallen_on,
    days_in_london,
    instant_number,
    instant_of,
)
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.columns import duty_scan, score_counts
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.columns.score_counts import case_blocks, score_cases, score_table
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.inspections.sample_scores import score_readings
from projections.ledger.ledger import Place
from projections.reports.duty_counts import count_duties
from projections.reports.proportions import Proportion
from tests.support.columns import columns_of, derived
from tests.support.depth import examples, times
from tests.support.histories import facts_of, histories


def test_an_instant_falls_on_its_day_in_london() -> None:
    rng = Random(5)
    instants = [datetime(1999, 1, 1, tzinfo=UTC) + timedelta(hours=rng.uniform(0, 200_000)) for _ in range(300)]
    begun = [end_of_day(date(2005, month, 27)) for month in range(1, 13)]
    instants += [instant + timedelta(microseconds=n) for instant in begun for n in (-1, 0, 1)]
    numbers = np.array([*map(instant_number, instants), STILL_KNOWN], np.int64)
    assert days_fallen_on(numbers).tolist() == [
        *(day_number(london_time.day_of(instant)) for instant in instants),
        NEVER,
    ]
    for instant in instants:
        day = day_begun(instant_number(instant))
        assert day == (day_number(london_time.day_of(instant)) if instant in begun else None)


def test_the_day_in_london_of_an_instant_over_two_hundred_years() -> None:
    instants = [datetime(1900, 1, 1, tzinfo=UTC) + timedelta(hours=hours) for hours in range(0, 200 * 365 * 24, 997)]
    numbers = np.array([instant_number(instant) for instant in instants], np.int64)
    expected = [london_time.day_of(instant).toordinal() for instant in instants]
    assert (days_in_london(numbers) + FIRST.toordinal()).tolist() == expected


def test_days_and_instants_come_back() -> None:
    for day in (FIRST, date(1999, 12, 31), LAST, None):
        assert day_of(day_number(day)) == day
    assert day_number(date(2110, 1, 1)) == day_number(LAST + timedelta(days=1)) < NEVER
    instant = datetime(2005, 6, 7, 8, 9, 10, 11, UTC)
    assert instant_of(instant_number(instant)) == instant
    assert instant_of(STILL_KNOWN) is None
    with pytest.raises(ValueError, match="2100-01-01 is not between"):
        day_read(date(2100, 1, 1))


@pytest.fixture(scope="module")
def of_all(demo_book: CaseRepository) -> ColumnStore:
    """All cases of the demonstration, on both axes of time."""
    return columns_of((r, list(demo_book.file(r).entries.values())) for r in reversed(demo_book.cases))


def agrees(columns: ColumnStore, readings: Sequence[Reading], moment: Moment, framework_id: str) -> None:
    """Everything that the columns answer is what these readings give."""
    framework = frameworks()[framework_id]
    at = CaseSelection(columns, moment)
    assert at.references == [r.reference for r in readings]
    want, found = score_readings(framework, moment, readings), score_cases(framework, at)
    assert (found.score, found.high_risk) == (want.score, want.high_risk)
    teams = score_table(framework, at, ("area", "team")).by_key()
    assert list(teams) == sorted({(place.area, place.team) for place in (r.snapshot.spell.place for r in readings)})
    for (area, team), of_team in teams.items():
        held = [r for r in readings if (place := r.snapshot.spell.place).area == area and place.team == team]
        assert of_team == score_readings(framework, moment, held).score
        assert score_cases(framework, at, at.select(area=area, team=team)).score == of_team
    for months in (6, 12):
        since = moment.on - relativedelta(months=months)
        held = [duty for r in readings for duty in r.snapshot.standards]
        in_time: Counter[object] = Counter()
        fallen: Counter[object] = Counter()
        for held_by, o in held:
            if not o.counts(since, moment.on):
                continue
            ends = (back for back in range(6) if o.due_on > moment.on - relativedelta(months=back + 1))
            month = next(ends) if months == 6 else 0
            key = (held_by.team, held_by.officer, o.clause.subject, o.clause.edition, month)
            fallen[key] += 1
            in_time[key] += o.in_time(moment.on)
        by = ("team", "officer", "subject", "edition", *(("month",) if months == 6 else ()))
        counted_up = count_duties(at, since, by=by).by_key()
        assert counted_up == {
            key if months == 6 else key[:-1]: Proportion(in_time[key], n) for key, n in fallen.items()
        }  # type: ignore[index]


def moments(seed: int, count: int, first: date, days: int) -> list[Moment]:
    rng = Random(seed)
    found = []
    for _ in range(count):
        day = first + timedelta(days=rng.randint(0, days))
        instant = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=rng.uniform(-90, 90))
        found.append(Moment(day, rng.choice((end_of_day(day), instant))))
    return found


DERIVED = ("esi-2003", "hmip-2018", "omi-2006")
"""The frameworks that derive answers from duties."""

COUNTED = (*DERIVED, "pdu-2023", "region-2023")
"""With one of key questions, some of them for licences only, and one that takes its answers."""


@pytest.mark.parametrize("framework", COUNTED)
def test_the_demonstration_in_hindsight(demo_book: CaseRepository, of_all: ColumnStore, framework: str) -> None:
    moment = Moment(date(2005, 2, 14), None)
    readings = demo_book.read_all(demo_book.cases, moment, frameworks()[framework])
    assert len(readings) == 60
    agrees(of_all, readings, moment, framework)


@pytest.mark.parametrize("moment", moments(4, 8, date(2003, 12, 1), 740), ids=str)
def test_the_demonstration_as_known(demo_book: CaseRepository, of_all: ColumnStore, moment: Moment) -> None:
    framework = DERIVED[moment.on.day % 3]
    agrees(of_all, demo_book.read_all(demo_book.cases, moment, frameworks()[framework]), moment, framework)


def replayed(files: dict[str, list[Entry]], moment: Moment, framework_id: str) -> list[Reading]:
    """What replaying these files gives, case by case, for no inspection."""
    framework = frameworks()[framework_id]
    found = []
    for reference, entries in sorted(files.items()):
        history = History.of(entries, moment.known_at)
        if history.start is not None and history.start.on <= moment.on:
            found.append(Reading.of(reference, moment, framework, history))
    return found


QUESTIONS = (
    "risk-of-harm-assessment-quality", "initial-plan-satisfactory", "plan-reviewed", "record-well-organised",
    "risk-of-harm-sources", "resettlement", "planning-safety",
)  # fmt: skip


@given(st.data())
@examples(8)
def test_random_histories(data: st.DataObject) -> None:
    files = {}
    for number in range(data.draw(st.integers(1, 3))):
        lines = data.draw(histories(20))
        start = date.fromisoformat(lines[0]["occurred_on"])
        for extra in range(data.draw(st.integers(0, 5))):
            on = start + timedelta(days=data.draw(st.integers(-10, 300)))
            recorded = datetime(on.year, on.month, on.day, 12, tzinfo=UTC) + timedelta(
                days=data.draw(st.integers(0, 9))
            )
            line = {
                "case": "X123456/1", "entry": f"j{extra}", "type": "QualityJudged", "occurred_on": on.isoformat(),
                "recorded_at": recorded.isoformat(), "by": "Ann Spo", "role": "spo",
                "framework": data.draw(st.sampled_from(COUNTED)),
                "question": data.draw(st.sampled_from(QUESTIONS)),
                "answer": data.draw(st.sampled_from(("sufficient", "insufficient", "not_applicable"))),
            }  # fmt: skip
            lines.append(line | ({"overrules": True} if data.draw(st.booleans()) else {}))
        files[f"X{number:06}/1"] = facts_of(lines)
    columns = columns_of(files)
    for _ in range(6):
        day = start + timedelta(days=data.draw(st.integers(-20, 420)))
        instant = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
            hours=data.draw(st.integers(-900, 900))
        )
        moment = Moment(day, data.draw(st.sampled_from((None, end_of_day(day), instant))))
        framework = data.draw(st.sampled_from(COUNTED))
        agrees(columns, replayed(files, moment, framework), moment, framework)


def test_judgements_beside_what_is_derived() -> None:
    files: dict[str, list[Entry]] = {}
    for number in range(5):
        rng, facts = Random(number), template(f"judged {number}")
        begun = facts[0].occurred_on
        for at, question in enumerate(frameworks()["esi-2003"].questions):
            for again in range(rng.choice((1, 2))):
                on = begun + timedelta(days=rng.randint(0, 200))
                judged = QualityJudged(
                    entry=f"j{at}-{again}", occurred_on=on, recorded_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
                    framework="esi-2003", question=question, by="Ann Spo", role="spo", overrules=rng.random() < 0.5,
                    answer=rng.choice(("sufficient", "insufficient", "not_applicable")),
                )  # fmt: skip
                facts.append(judged)
                if rng.random() < 0.3:  # what was known of it then stands beside what is known still
                    later = judged.recorded_at + timedelta(days=rng.randint(1, 400))
                    facts.append(
                        EntryWithdrawn(
                            entry=f"w{at}-{again}", occurred_on=later.date(), recorded_at=later, of=judged.entry,
                            reason="judged in error",
                        )
                    )  # fmt: skip
        files[f"X{number:06}/1"] = facts
    columns = columns_of(files)
    for moment in (Moment(date(2006, 3, 1), None), Moment(date(2005, 6, 1), end_of_day(date(2005, 6, 1)))):
        agrees(columns, replayed(files, moment, "omi-2006"), moment, "omi-2006")


def moved(number: int) -> list[Entry]:
    """A case that began in one of three areas and was handed on to others, as was recorded soon, late, or later still."""
    rng = Random(number)
    places = [Place(f"Area {n}", f"Division {n}", f"Team {n}", f"Officer {n}", "po") for n in range(3)]
    facts = [
        structs.replace(fact, **rng.choice(places)._asdict())
        if isinstance(fact, SupervisionStarted | CaseAllocated)
        else fact
        for fact in template(f"moved {number}")
    ]
    for at in range(rng.choice((0, 0, 1, 2))):
        on = facts[0].occurred_on + timedelta(days=rng.randint(1, 300))
        recorded = datetime(on.year, on.month, on.day, 9, tzinfo=UTC) + timedelta(days=rng.choice((0, 1, 20, 120)))
        allocated = {"entry": f"moved-{at}", "occurred_on": on, "recorded_at": recorded, **rng.choice(places)._asdict()}
        facts.append(CaseAllocated(**allocated))
    return facts


@pytest.mark.parametrize(
    "moment", [Moment(date(2006, 3, 1), None), *moments(times(6, least=2), 5, date(2005, 3, 1), 360)], ids=str
)
def test_cases_that_moved_between_areas(moment: Moment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole stretches and cases picked out, several blocks and runs, a base with changes laid over it."""
    for constants, name, value in (
        (score_counts, "BLOCK", 7),
        (score_counts, "BLOCK_AT_LEAST", 3),
        (score_counts, "CLOSE", 1),
        (duty_scan, "ROWS_PER_RUN", 11),
    ):
        monkeypatch.setattr(constants, name, value)
    files = {f"X{number:06}/1": moved(number) for number in range(40)}
    ledgers = list(derived(files))
    before = derived((reference, entries[:40]) for reference, entries in list(files.items())[30:37])
    columns = ColumnStore.of([*ledgers[:30], *before]).with_changes(ColumnStore.of(ledgers[30:]))
    agrees(columns, replayed(files, moment, "esi-2003"), moment, "esi-2003")
    at = CaseSelection(columns, moment)
    whole = set()
    for (area,), of_area in score_table(frameworks()["esi-2003"], at, ("area",)).by_key().items():
        chosen = at.select(area=area)
        assert score_cases(frameworks()["esi-2003"], at, chosen).score == of_area
        whole |= {len(cases) == cases[-1] - cases[0] + 1 for cases in case_blocks(np.where(chosen, 0, -1))}
    assert whole == {True, False}


def kept_appointments(number: int) -> list[Entry]:
    """A file with so many appointments that were kept, every third of them recorded late."""
    person = {
        "crn": f"X{number:06}", "name": "Jo Fry", "date_of_birth": "1975-02-28", "gender": "female", "ethnicity": "W1",
        "disability": False,
    }  # fmt: skip
    began = {
        "type": "SupervisionStarted", "person": person, "order_type": "community_order", "area": "Gloucestershire",
        "division": "North", "team": "Stroud", "officer": "Ann", "officer_grade": "po", "tier": 1,
    }  # fmt: skip
    lines: list[tuple[int, int, dict[str, object]]] = [(0, 0, began)]
    for n in range(number):
        day, late = n % 50, 9 if n % 3 == 0 else 0
        made = {"type": "AppointmentMade", "for_on": (date(2005, 1, 4) + timedelta(days=day)).isoformat()}
        lines.append((day, 0, made | {"entry": f"m{n}", "contact_type": "office"}))
        kept = {"type": "AppointmentOutcomeRecorded", "appointment": f"m{n}", "outcome": "attended_complied"}
        lines.append((day + 1, late, kept))
    found = []
    for at, (day, late, line) in enumerate(sorted(lines, key=lambda one: one[0])):
        on = date(2005, 1, 3) + timedelta(days=day)
        recorded = datetime(on.year, on.month, on.day, 20, tzinfo=UTC) + timedelta(days=late)
        found.append({"entry": f"e{at}", **line, "occurred_on": on.isoformat(), "recorded_at": recorded.isoformat()})
    return facts_of(found)


@pytest.mark.parametrize("most", [255, 256, 1_100])
def test_more_duties_of_a_clause_than_a_field_of_bits_holds(most: int) -> None:
    files = {f"X{number:06}/1": kept_appointments(number) for number in (1, most, 3)}
    columns = columns_of(files)
    assert max(map(max, (rows.most_of_case for rows in columns.duties.all))) == most
    for moment in (Moment(date(2006, 3, 1), None), Moment(date(2005, 9, 1), end_of_day(date(2005, 9, 1)))):
        agrees(columns, replayed(files, moment, "esi-2003"), moment, "esi-2003")


def test_an_area_is_a_range_of_its_nation() -> None:
    columns = columns_of((f"X{number:06}/1", moved(number)) for number in range(30))
    held = columns.spells.current[0]
    last = {
        case: columns.words["place"][place]
        for case, place in zip(held["case"].tolist(), held["place"].tolist(), strict=True)
    }
    assert list(last.values()) == sorted(last.values())
    assert [columns.number(reference) for reference in columns.references] == list(range(30))
