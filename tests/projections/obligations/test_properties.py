"""What must hold of any file whatever: nothing lost on the way, no order that matters, no look into the future."""

import ast
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

import domain
import projections
from domain.aggregates.amendments import known
from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve
from domain.calendar.london_time import LONDON, day_of
from domain.entries.case_entries import ENTRY_TYPES, Entry, subject_of
from domain.entries.plausible_dates import in_range
from domain.entries.refusals import NoSuchCase, NoSuchEntry
from domain.entries.schemas import ShapeError, convert, dump_entry, load_entry, schema_of
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
from tests.support.histories import CASE, FIRST, NOW, PERSON, PLACE, Line, facts_of, histories
from web.presentation.json_documents import entry_document

FRAMEWORK = frameworks()[DEFAULT_FRAMEWORK]

DAYS = st.dates(FIRST - timedelta(days=30), date(2008, 6, 30))

pure = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
stored = settings(pure, max_examples=15)


def owed(entries: Iterable[Entry], known_at: datetime | None = None) -> list[Obligation]:
    return obligations(History.of(entries, known_at), FRAMEWORK.clauses)


def answered(entries: list[Entry], day: date, known_at: datetime | None = None) -> list[Any]:
    history = History.of(entries, known_at)
    judged = judgements_that_count(history.all(ENTRY_TYPES["QualityJudged"]), [], None, day)  # type: ignore[arg-type]
    return answers(FRAMEWORK, obligations(history, FRAMEWORK.clauses), judged, day)


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
    """The file that results when facts arrive in this order; those that refer to later ones wait, as in an import."""
    file, waiting = CaseFile(CASE), list(facts)
    while waiting:
        left = []
        for fact in waiting:
            try:
                for accepted in decide(file, fact, NOW):
                    evolve(file, RecordedEntry(CASE, file.version + 1, accepted))
            except (NoSuchCase, NoSuchEntry):
                left.append(fact)
        assert len(left) < len(waiting), left
        waiting = left
    return file


# ---------------------------------------------------------------- stored, exported, in any order


@stored
@given(histories(), DAYS)
def test_export_then_import_gives_the_same_answers_and_obligations(lines: list[Line], day: date) -> None:
    with a_store() as first, a_store() as second:
        assert import_into(first, lines).rejected == []
        exported = [entry_document("case", CASE, fact) for fact in CaseRepository(first).file(CASE).entries.values()]
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
    """What had occurred by a day; a fact about another entry speaks of its subject's date."""
    occurred = {fact.entry: fact.occurred_on for fact in standing}
    return [
        fact
        for fact in standing
        if fact.occurred_on <= day or occurred.get(subject_of(fact) or "", fact.occurred_on) <= day
    ]


@settings(pure, max_examples=150)
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


def test_an_appointment_put_on_file_after_its_day_counts_from_the_day_it_was_made() -> None:
    made = line("AppointmentMade", "a", "2005-06-01", for_on="2005-05-04", contact_type="office")
    first = [o for o in owed(facts_of([started(), made])) if o.clause.id == "first-contact"]
    assert [(o.met_on, o.met_by) for o in first] == [(date(2005, 6, 1), ("a",))]


@pytest.mark.parametrize("outcome", ["unacceptable_absence", "awaiting_explanation", "sent_home"])
def test_an_appointment_put_on_file_after_its_day_owes_nothing_before(outcome: str) -> None:
    lines = [
        started(),
        line("AppointmentMade", "a", "2005-06-20", for_on="2005-06-01", contact_type="office"),
        line("AppointmentOutcomeRecorded", "o", "2005-06-20", appointment="a", outcome=outcome),
    ]
    for day in (date(2005, 6, 1), date(2005, 6, 19), date(2005, 6, 20), date(2005, 7, 20)):
        check_causal(lines, day)


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
        line("AppointmentOutcomeRecorded", "o", "2005-06-08", appointment="a", outcome="awaiting_explanation"),
        line("MappaSet", "m", "2005-06-01", category=1, level=3),
        line("MappaReviewSet", "r", "2005-06-01", for_on=f"{year}-12-31"),
        line("CourtReportRequested", "c", "2005-06-01", kind="psr", due_on=f"{year}-12-31"),
    ]
    assert arrivals(facts_of(lines)).version == len(lines), "every one of them is taken"
    for day in (date(2005, 6, 30), date(2006, 6, 30)):
        assert len(answered(facts_of(lines), day)) == len(FRAMEWORK.questions)


# ---------------------------------------------------------------- the four dates


FOLLOWS: dict[str | None, set[str | None]] = {
    None: {None, "due", "met", "lapsed"},
    "due": {"due", "met", "met_late", "overdue", "missed", "lapsed"},
    "overdue": {"overdue", "met_late"},
    "missed": {"missed"},
    "met": {"met"},
    "met_late": {"met_late"},
    # What was done after nobody owed it any more still counts as done.
    "lapsed": {"lapsed", "met", "met_late"},
}
"""From one day to the next: a duty met stays met, a window missed is missed for good, nothing goes back to being due."""


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


# ---------------------------------------------------------------- no clock


CLOCK = re.compile(r"(.*\.)?(now|today|utcnow|localtime|gmtime|monotonic|perf_counter)|time\.time(_ns)?|time")


def clock_readings(path: Path) -> Iterator[tuple[str, str]]:
    """Each call of something named like a clock: the file and the expression."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and CLOCK.fullmatch(ast.unparse(node.func)):
            yield path.name, ast.unparse(node)


def test_what_reads_a_clock_is_recognised(tmp_path: Path) -> None:
    source = "date.today(); datetime.datetime.now(UTC); time.time(); time(); datetime.min.time(); self.clock(); now"
    (tmp_path / "rule.py").write_text(source)
    found = [expression for _, expression in clock_readings(tmp_path / "rule.py")]
    assert found == ["date.today()", "datetime.datetime.now(UTC)", "time.time()", "time()"]


def test_nothing_in_the_rules_reads_a_clock_but_the_moment_of_storing() -> None:
    sources = [p for package in (domain, projections) for p in Path(package.__path__[0]).rglob("*.py")]
    assert len(sources) > 20
    waits = "time.monotonic()"  # how long to wait for another, or for the database: no day comes of it
    found = [(path.parent.name, *said) for path in sources for said in clock_readings(path) if said[1] != waits]
    assert sorted(found) == [
        # The moment of recording, where the caller does not give it.
        ("store", "application.py", "datetime.now(UTC)"),
        # The store's own timestamp, used for integrity only.
        ("store", "postgres_recorder.py", "datetime.now(UTC)"),
        ("store", "sqlite_recorder.py", "datetime.now(UTC)"),
    ]


# ---------------------------------------------------------------- schemas and structs


def values_of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Any value of a type, as a struct holds it."""
    text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
    match kind:
        case inspect.Metadata(type=inner):
            return values_of(inner)
        case inspect.UnionType(types=types):
            return st.one_of([values_of(t) for t in types])
        case inspect.NoneType():
            return st.none()
        case inspect.StrType(pattern=str() as pattern):
            return st.from_regex(pattern.replace(r"\d", "[0-9]").replace("$", r"\Z"))
        case inspect.StrType():
            return text
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=low, le=high):
            return st.integers(low or 0, 200 if high is None else high)
        case inspect.FloatType():
            return st.floats(0, 24)
        case inspect.DateType():
            return st.dates(date(1900, 1, 1), date(2100, 12, 31))
        case inspect.DateTimeType():
            return st.datetimes(
                datetime(1900, 1, 2),
                datetime(2100, 12, 30),
                timezones=st.sampled_from([UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-5))]),
            )
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.ListType(item_type=item, min_length=low):
            return st.lists(values_of(item), min_size=low or 0, max_size=3)
        case inspect.DictType():
            simple = st.booleans() | st.integers(-9, 9) | text
            return st.dictionaries(text, simple | st.lists(simple, max_size=2), min_size=1, max_size=3)
        case inspect.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{part.name: values_of(part.type) for part in fields})
    raise AssertionError(kind)


FACTS = st.sampled_from(list(ENTRY_TYPES.values())).flatmap(lambda cls: values_of(inspect.type_info(cls)))

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates().map(str)
JSON = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3))


def fields_of(fact: Entry) -> dict[str, Any]:
    return {name: value for name, value in dump_entry(fact).items() if name != "type"}


def survives(fact: Entry) -> bool:
    """Whether the fact comes back equal from its interchange form, through JSON, and from the store's bytes."""
    name = type(fact).__name__
    assert load_entry(name, fields_of(fact)) == fact
    assert load_entry(name, json.loads(json.dumps(fields_of(fact)))) == fact
    return msgspec.json.decode(msgspec.json.encode(fact), type=type(fact)) == fact


@settings(pure, max_examples=300)
@given(FACTS)
def test_whatever_a_struct_holds_its_schema_admits_and_reads_back(fact: Entry) -> None:
    assert survives(fact)


@settings(pure, max_examples=500)
@given(FACTS, st.data())
def test_whatever_a_schema_admits_is_a_fact_that_survives_storing(fact: Entry, data: st.DataObject) -> None:
    values = fields_of(fact)
    part = msgspec.inspect.type_info(type(fact)).fields  # type: ignore[union-attr]
    name = data.draw(st.sampled_from([p.encode_name for p in part]))
    values[name] = data.draw(JSON)
    try:
        loaded = load_entry(type(fact).__name__, values)
    except ShapeError as error:
        assert error.problems and all(at and reason for at, reason in error.problems)
    else:
        assert survives(loaded)


@given(FACTS, st.data())
@pure
def test_a_schema_asks_for_exactly_what_its_struct_needs(fact: Entry, data: st.DataObject) -> None:
    values = fields_of(fact)
    missing = data.draw(st.sampled_from(sorted(values)))
    del values[missing]
    needed = {p.encode_name for p in inspect.type_info(type(fact)).fields if p.required}  # type: ignore[union-attr]
    if missing in needed:
        with pytest.raises(ShapeError) as refused:
            load_entry(type(fact).__name__, values)
        assert refused.value.problems == [(missing, "missing; this type of entry needs it")]
    else:
        assert survives(load_entry(type(fact).__name__, values))
    with pytest.raises(ShapeError, match="not a field of this type of entry"):
        load_entry(type(fact).__name__, {**fields_of(fact), "no_such_field": 1})


@settings(pure, max_examples=600)
@given(FACTS, st.data())
def test_struct_and_schema_admit_and_refuse_the_same(fact: Entry, data: st.DataObject) -> None:
    """A fact that the struct admits is never shown to the schema: so both must say the same, field for field."""
    values = fields_of(fact)
    part = msgspec.inspect.type_info(type(fact)).fields  # type: ignore[union-attr]
    name = data.draw(st.sampled_from([p.encode_name for p in part]))
    values[name] = data.draw(JSON | ODD)
    try:
        values = msgspec.json.decode(msgspec.json.encode(values))
        admitted = msgspec.convert({"type": type(fact).__name__, **values}, type(fact))
    except msgspec.ValidationError:
        struct_admits = False
    else:
        struct_admits = in_range(admitted)
    schema_admits = not schema_of(type(fact)).validate(values)
    if schema_admits:  # what marshmallow takes for the same is checked by the struct once more
        with suppress(ShapeError):
            convert(type(fact), values)
            assert struct_admits
    else:
        assert not struct_admits
    try:
        loaded = load_entry(type(fact).__name__, values)
    except ShapeError as error:
        assert not struct_admits and error.problems
    else:
        assert struct_admits and loaded == admitted


ODD = st.sampled_from([
    "2005-06-01", "20050601", "2005-W22-3", "2005-06-01T18:00:00Z", "2005-06-01t18:00:00z", "2005-06-01 18:00:00+01:00",
    "2005-06-01T18:00:00", "2005-06-01T24:00:00Z", "2005-06-01T18:00:00.1234567Z", "1899-12-31", "2101-01-01",
    "1899-12-31T23:59:59Z", "2101-01-01T00:00:00+14:00", "X123456/1", "X123456/1\n", "X123456", "X123456\n", "a" * 64,
    "a" * 64 + "\n", "", "x" * 200, "x" * 201, 0, 1, -1, 1.0, 24, 24.5, 100, 101, True, None, {}, [], [""], {"a": 1},
])  # fmt: skip
"""What one of them might take and the other not."""


@pure
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31), timezones=st.sampled_from([
    UTC, *(timezone(timedelta(hours=hours)) for hours in (-12, -5, -1, 1, 2, 3, 14)),
    timezone(timedelta(minutes=90)), timezone(timedelta(hours=-23, minutes=-59)),
])))  # fmt: skip
def test_the_day_in_london_is_that_of_its_time_zone(at: datetime) -> None:
    assert day_of(at) == at.astimezone(LONDON).date()


@pytest.mark.parametrize("on", ["1941-05-04", "1947-04-13", "1968-10-27", "1971-10-31", "2005-03-27", "2005-10-30"])
@pytest.mark.parametrize("hours", [0, 1, 2])
def test_the_day_in_london_where_the_clocks_change(on: str, hours: int) -> None:
    midnight = datetime.fromisoformat(on).replace(tzinfo=timezone(timedelta(hours=hours)))
    for minutes in range(-180, 1800, 5):
        at = midnight + timedelta(minutes=minutes)
        assert day_of(at) == at.astimezone(LONDON).date()
