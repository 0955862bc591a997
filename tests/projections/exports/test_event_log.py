"""The event log: against OCEL 2.0's schema for JSON, and against the files."""

import json
import stat
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from domain.entries.case_entries import AbsenceJudged, BreachDecided, BreachInitiated, WarningGiven
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from tests.conftest import copied
from tests.support.exported import IDENTIFIED, run

DAY = ("--as-at", "2005-12-22")


def _of(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": [*required]}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


TEXT, TIME = {"type": "string"}, {"type": "string", "format": "date-time"}
RELATIONS = _list(_of({"objectId": TEXT, "qualifier": TEXT}))
TYPES = _list(_of({"name": TEXT, "attributes": _list(_of({"name": TEXT, "type": TEXT}))}))
SCHEMA = _of({
    "eventTypes": TYPES,
    "objectTypes": TYPES,
    "events": _list(_of({"id": TEXT, "type": TEXT, "time": TIME},
                        {"attributes": _list(_of({"name": TEXT, "value": TEXT})), "relationships": RELATIONS})),
    "objects": _list(_of({"id": TEXT, "type": TEXT},
                         {"attributes": _list(_of({"name": TEXT, "value": TEXT, "time": TIME})), "relationships": RELATIONS})),
})  # fmt: skip
"""What section 8.2 of the specification of OCEL 2.0 asks of a log in JSON, in our own words: names, types, what is required."""


@pytest.fixture(scope="module")
def database(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(copied(followed, tmp_path_factory.mktemp("log")))


def written(database: str, path: Path, *arguments: str) -> dict[str, Any]:
    result = run(database, "--ocel", str(path), *DAY, *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.fixture(scope="module")
def log(database: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return written(database, tmp_path_factory.mktemp("written") / "log.json")


def test_the_log_fits_the_schema(log: dict[str, Any]) -> None:
    checker = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    assert not list(checker.iter_errors(log))
    assert list(checker.iter_errors({**log, "events": [{"id": "e"}]})), "a schema that takes anything shows nothing"


def test_names_are_unique_declared_and_refer_to_objects(log: dict[str, Any]) -> None:
    for many, declared in (("objects", "objectTypes"), ("events", "eventTypes")):
        attributes = {one["name"]: {a["name"] for a in one["attributes"]} for one in log[declared]}
        assert len({one["id"] for one in log[many]}) == len(log[many])
        for one in log[many]:
            assert {a["name"] for a in one["attributes"]} <= attributes[one["type"]]
    objects = {one["id"] for one in log["objects"]}
    for one in (*log["objects"], *log["events"]):
        assert {relation["objectId"] for relation in one["relationships"]} <= objects
    for event in log["events"]:
        assert event["relationships"]
        assert datetime.fromisoformat(event["time"]).tzinfo is not None


def test_it_holds_what_the_files_hold(database: str, tmp_path: Path) -> None:
    log = written(database, tmp_path / "log.json", *IDENTIFIED)
    types = Counter(event["type"] for event in log["events"])
    kinds = Counter(one["type"] for one in log["objects"])
    with closing(Files.open(database)) as files:
        book = CaseRepository(files)
        histories = [book.history(case, None) for case in book.cases]
    assert (
        types["Breach initiated"] == kinds["breach action"] == sum(len(h.all(BreachInitiated)) for h in histories) > 5
    )
    assert types["Warning given"] == kinds["warning"] == sum(len(h.all(WarningGiven)) for h in histories)
    assert types["Absence judged"] == sum(len(h.all(AbsenceJudged)) for h in histories)
    assert kinds["case"] == len(histories) == kinds["order"] + kinds["licence"]
    assert kinds["absence"] == sum(
        history.appointment(fact).absent for history in histories for fact in history.ordered(*_appointments())
    )


def _appointments() -> tuple[type[Any], ...]:
    from projections.history.appointments import APPOINTMENTS

    return APPOINTMENTS


def test_a_decision_names_the_action_that_it_decides(database: str, tmp_path: Path) -> None:
    log = written(database, tmp_path / "log.json", *IDENTIFIED)
    decided = {
        relation["objectId"]: event
        for event in log["events"]
        if event["type"] == "Breach decided"
        for relation in event["relationships"]
        if relation["qualifier"] == "decides"
    }
    with closing(Files.open(database)) as files:
        book = CaseRepository(files)
        for case in book.cases:
            numbers = {entry: at for at, entry in enumerate(book.file(case).entries, 1)}
            history = book.history(case, None)
            for begun in history.all(BreachInitiated):
                later = [d for d in history.ordered(BreachDecided) if d.occurred_on >= begun.occurred_on]
                event = decided.get(f"{case}:breach action:{numbers[begun.entry]}")
                assert (event is None) == (not later)
                if event is not None:
                    assert event["id"] == f"{case}:event:{numbers[later[0].entry]}"


def test_no_person_is_named_in_it_and_only_this_user_reads_it(database: str, tmp_path: Path) -> None:
    written(database, tmp_path / "log.json")
    text = (tmp_path / "log.json").read_text()
    with closing(Files.open(database)) as files:
        book = CaseRepository(files)
        for case in book.cases:
            started = book.opened_file(book.file(case)).entries
            name = next(iter(started.values())).person.name  # type: ignore[attr-defined]
            assert case not in text
            assert name not in text
    assert stat.S_IMODE((tmp_path / "log.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["log.json"]


def test_a_file_that_is_there_is_refused_untouched(database: str, tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text("mine")
    result = run(database, "--ocel", str(tmp_path / "log.json"), *DAY)
    assert result.exit_code == 2
    assert "is there already" in result.output
    assert (tmp_path / "log.json").read_text() == "mine"


def test_the_time_of_an_event_is_the_start_of_its_day_where_no_time_was_recorded(log: dict[str, Any]) -> None:
    summer = datetime(2005, 6, 1, 23, tzinfo=UTC)
    untimed = [e for e in log["events"] if {"name": "time known", "value": "no"} in e["attributes"]]
    days = {datetime.fromisoformat(event["time"]) for event in untimed}
    assert summer in days
    assert date(2005, 6, 2) not in {day.date() for day in days if day.hour == 0}
