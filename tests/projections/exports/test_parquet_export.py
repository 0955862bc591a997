"""Exports as Parquet: every table against what it was made from, what is in them and what must not be, and how they are written."""

import json
import os
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import frictionless
import pyarrow.parquet as pq
import pytest

from domain.accounts.account_register import AccountRegister
from domain.entries.case_entries import EntryCorrected, EntryWithdrawn, about_inspections
from domain.entries.code_lists import label
from domain.entries.entry_words import title_of
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.exports import entry_files, export_contents
from projections.exports.entry_columns import EXPORTED
from projections.exports.exported_fields import Table
from projections.exports.ledger_fields import LEDGER, PLACE
from projections.exports.parquet_files import FolderThere, made_aside
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.knowledge_spans import versions
from projections.ledger.ledger import Place
from projections.ledger.row_kinds import ROW_KINDS
from projections.obligations.clause_catalogue import catalogue
from projections.read_model.view_reader import ReadModel
from tests.conftest import copied
from tests.support.exported import IDENTIFIED, made, rows, run

DAY = ("--as-at", "2005-12-22")


@pytest.fixture(scope="module")
def database(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(copied(followed, tmp_path_factory.mktemp("exports")))


@pytest.fixture(scope="module")
def plain(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(database, tmp_path_factory.mktemp("plain") / "out", *DAY)


@pytest.fixture(scope="module")
def identified(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(database, tmp_path_factory.mktemp("identified") / "out", *DAY, *IDENTIFIED)


@pytest.fixture(scope="module")
def book(database: str) -> Iterator[CaseRepository]:
    with closing(Files.open(database)) as files:
        yield CaseRepository(files)


def utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC)


def test_duties_are_those_of_the_ledgers(database: str, identified: Path, book: CaseRepository) -> None:
    expected: Counter[tuple[Any, ...]] = Counter()
    with closing(ReadModel(database)) as views:
        for stored in views.ledgers():
            number = {fact: at for at, fact in enumerate(book.file(stored.reference).entries, 1)}
            for row, since, until in stored.ledger.duties:
                clause = catalogue().clauses[row.clause]
                met_by = tuple(number[one] for one in row.met_by if one in number)
                expected[
                    stored.reference, f"{clause.edition}/{clause.id}", row.arises_on, row.due_on, row.met_on, row.ended_on,
                    number.get(row.raised_by or ""), met_by, row.place.team, row.place.key("officer"), row.told_late, utc(since),
                    utc(until),
                ] += 1  # fmt: skip
    found = Counter(
        (
            r["case"], r["clause"], r["arises_on"], r["due_on"], r["met_on"], r["ended_on"], r["raised_by"], tuple(r["met_by"]),
            r["team"], r["officer"], r["told_late"], r["known_from"], r["known_until"],
        )
        for r in rows(identified, "duties")
    )  # fmt: skip
    assert sum(expected.values()) > 20_000
    assert found == expected


def test_states_are_those_of_the_obligations(identified: Path, book: CaseRepository) -> None:
    day, current = date(2005, 12, 22), [r for r in rows(identified, "duties") if r["known_until"] is None]
    clauses = dict(zip(catalogue().names, catalogue().clauses, strict=True))
    told: Counter[tuple[str, str, date, str | None]] = Counter(
        (r["case"], clauses[r["clause"]].id, r["due_on"], r["state"])
        for r in current
        if clauses[r["clause"]].of_standards
    )
    for case in sorted({r["case"] for r in current})[:12]:
        framework = book.inspection(next(iter(book.inspections))).framework
        owed = book.obligations(case, None, framework)
        expected = Counter(
            (case, o.clause.id, o.due_on, (state := o.state(day)) and state.replace("_", " "))
            for o in owed
            if o.clause.of_standards
        )
        assert Counter({key: n for key, n in told.items() if key[0] == case}) == expected


def test_every_other_ledger_table_has_the_rows_of_its_kind(database: str, identified: Path) -> None:
    with closing(ReadModel(database)) as views:
        ledgers = [one.ledger for one in views.ledgers()]
    for kind, table in LEDGER.items():
        expected = Counter(utc(known.since) for one in ledgers for known in getattr(one, kind))
        assert Counter(r["known_from"] for r in rows(identified, table.name)) == expected
    spells = {(r["case"], r["risk"]) for r in rows(identified, "spells") if r["known_until"] is None}
    assert {"very high", "high", None} <= {risk for _, risk in spells}


def test_entries_are_the_versions_of_the_files(identified: Path, book: CaseRepository) -> None:
    found = Counter(
        (
            r["case"],
            r["number"],
            r["entry_id"],
            r["type"],
            r["known_from"],
            r["known_until"],
            r["outcome"],
            r["appointment"],
        )
        for r in rows(identified, "entries")
    )
    expected: Counter[tuple[Any, ...]] = Counter()
    for case in book.cases:
        facts = book.file(case).entries
        number, apart = {one: at for at, one in enumerate(facts, 1)}, about_inspections(facts.values())
        instants, every = versions(facts.values())
        spans = [(v.fact, instants[v.since], [*instants, None][v.until]) for v in every]
        spans += [(f, f.recorded_at, None) for f in facts.values() if isinstance(f, EntryCorrected | EntryWithdrawn)]
        for fact, since, until in spans:
            if fact.entry not in apart and type(fact).__name__ in EXPORTED:
                outcome = getattr(fact, "outcome", None)
                expected[
                    case, number[fact.entry], fact.entry, title_of(type(fact)), utc(since), utc(until),
                    outcome and label(outcome), number.get(getattr(fact, "appointment", "")),
                ] += 1  # fmt: skip
    assert any(until for *_, until, _, _ in expected), "the demonstration has corrected entries"
    assert found == expected


def test_answers_are_those_of_the_cases(identified: Path, book: CaseRepository) -> None:
    told = {(r["case"], r["question"]): (r["answer"], r["absent"]) for r in rows(identified, "answers")}
    framework = book.inspection(next(iter(book.inspections))).framework
    for case in sorted({case for case, _ in told})[:10]:
        reading = book.read(case, Moment(date(2005, 12, 22), None), framework)
        for answer in reading.answers:
            assert told[case, answer.question.id] == (answer.answer.replace("_", " "), answer.absent)


def test_scores_are_the_sums_of_the_answers(plain: Path) -> None:
    told = Counter((r["question"], r["answer"]) for r in rows(plain, "answers"))
    scores = [r for r in rows(plain, "scores") if r["level"] == "all cases" and r["of"] == "question"]
    assert len(scores) == 42
    for score in scores:
        assert score["sufficient"] == told[score["id"], "sufficient"]
        n = score["sufficient"] + score["insufficient"]
        assert score["score"] is None if not n else score["score"] == pytest.approx(100 * score["sufficient"] / n)


def test_nothing_names_anybody(plain: Path, identified: Path, book: CaseRepository) -> None:
    """No text of the files under digests is, or holds, a CRN, a name, a date of birth, a staff name or a sealed text."""
    named = {str(one[field]) for one in rows(identified, "people") for field in ("case", "person", "name")}
    staff = {r["officer"] for r in rows(identified, "spells")}
    assert "Helen Sallis" in staff or len(staff) > 5
    texts = {
        part for case in book.cases for f in book.opened_file(book.file(case)).entries.values() for part in _notes(f)
    }
    words = named | staff | texts
    for file in plain.rglob("*.parquet"):
        for column in pq.read_table(file).columns:
            found = set(_strings(column.to_pylist()))
            assert not found & words, file
            assert not any(name in text for text in found for name in named), file


def _notes(fact: Any) -> Iterator[str]:
    yield from (getattr(fact, name) for name in ("note", "comment", "evidence", "detail") if getattr(fact, name, None))


def _strings(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from _strings(value)


def test_a_digest_is_the_same_in_all_tables_and_another_in_the_next_export(
    plain: Path, database: str, tmp_path: Path
) -> None:
    cases = {r["case"] for r in rows(plain, "cases")}
    for table in ("entries", "duties", "spells", "late_entries", "notices", "answers"):
        assert {r["case"] for r in rows(plain, table)} <= cases
    started = {r["person"] for r in rows(plain, "entries") if r["type"] == "Supervision started"}
    assert started == {r["person"] for r in rows(plain, "cases")}
    again = made(database, tmp_path / "again", *DAY)
    assert not cases & {r["case"] for r in rows(again, "cases")}


def test_known_at_gives_what_had_been_recorded_by_then(database: str, tmp_path: Path) -> None:
    then, at = made(database, tmp_path / "then", *DAY, "--known-at", "2005-06-30"), end_of_day(date(2005, 6, 30))
    for table in ("entries", "duties", "spells", "notices"):
        found = rows(then, table)
        assert found
        assert all(r["known_from"] < at for r in found)
        assert all(r["known_until"] is None or r["known_until"] < at for r in found)
    assert all(r["recorded_at"] < at for r in rows(then, "entries"))


def test_entries_that_several_processes_write_are_the_same(
    identified: Path, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_files, "CASES_OF_PIECE", 50)
    monkeypatch.setattr(export_contents, "CASES_OF_PIECE", 50)
    several = made(database, tmp_path / "several", *DAY, *IDENTIFIED)
    assert len([*(several / "entries").iterdir()]) == 3
    assert Counter(map(str, rows(several, "entries"))) == Counter(map(str, rows(identified, "entries")))
    package = json.loads((several / "datapackage.json").read_text())
    told = next(one for one in package["resources"] if one["name"] == "entries")
    assert [told["path"], *told["extrapaths"]] == [f"entries/0000-{n:04}.parquet" for n in range(3)]
    assert told["rows"] == len(rows(identified, "entries"))


def test_one_team_has_the_cases_that_it_ever_held(database: str, identified: Path, tmp_path: Path) -> None:
    held = {r["case"] for r in rows(identified, "spells") if r["team"] == "Gloucester" and r["known_until"] is None}
    one = made(database, tmp_path / "one", *DAY, *IDENTIFIED, "--team", "Gloucester")
    assert {r["case"] for r in rows(one, "cases")} == held
    whole = [r for r in rows(identified, "duties") if r["case"] in held]
    assert Counter(map(str, whole)) == Counter(map(str, rows(one, "duties")))


def test_frictionless_validates_the_package(tmp_path: Path) -> None:
    """The example of the documentation, which is small: the library reads each cell in Python."""
    from click.testing import CliRunner

    from web.cli import main

    database = str(tmp_path / "example.sqlite")
    assert CliRunner().invoke(main, ["import", "docs/example.ndjson", "--database", database]).exit_code == 0
    folder = made(database, tmp_path / "example", "--as-at", "2005-06-10")
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:10]
    assert {task.name for task in report.tasks} >= {"entries", "duties", "answers", "clauses"}


def test_the_package_describes_every_field(plain: Path) -> None:
    package = json.loads((plain / "datapackage.json").read_text())
    assert "personal data" in package["description"]
    for resource in package["resources"]:
        told = resource["schema"]["fields"]
        assert [one["name"] for one in told] == pq.read_schema(plain / resource["path"]).names
        assert all(one["title"] and one["description"] and one["citation"] and one["unit"] for one in told)
        assert resource["rows"] == len(rows(plain, resource["name"]))
    keyed = {r["name"]: r["schema"].get("primaryKey") for r in package["resources"]}
    assert keyed["entries"] == ["case", "number", "known_from"]
    for name, key in keyed.items():
        found = [tuple(r[one] for one in key) for r in rows(plain, name)] if key else []
        assert len(found) == len(set(found)), name


def test_only_this_user_reads_it(plain: Path) -> None:
    for path in (plain, *plain.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_folder_that_is_there_is_refused_untouched(database: str, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").write_text("kept")
    result = run(database, "--parquet", str(tmp_path / "there"))
    assert result.exit_code == 2
    assert "is there already and stays as it is" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there" / "mine").read_text() == "kept"


def test_what_is_killed_leaves_nothing_that_looks_whole_and_is_cleared_away(tmp_path: Path) -> None:
    target, child = tmp_path / "out", os.fork()
    if not child:
        with made_aside(target) as folder:
            (folder / "half.parquet").write_bytes(b"half")
            os._exit(9)
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".out.unfinished-")
    with made_aside(target) as folder:
        (folder / "whole").write_bytes(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    with pytest.raises(FolderThere), made_aside(target):
        pass


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), made_aside(tmp_path / "out") as folder:
        (folder / "half").write_bytes(b"half")
        raise OSError("full")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--identified",), "Missing: --recipient, --purpose, --until"),
        ((*IDENTIFIED[:-1], "2001-01-01"), "--until: 2001-01-01 is over"),
        (("--area", "Nowhere"), "no case was ever held by the area Nowhere; there are: Gloucestershire"),
        (("--as-at", "1999-01-01", "--team", "Gloucester"), "nothing is written"),
        (("--case", "A504771/1"), "choose one of"),
        (("--as-at", "2200-01-01"), "--as-at"),
    ],
)
def test_what_cannot_be_exported_is_said(database: str, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run(database, "--parquet", str(tmp_path / "out"), *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert not (tmp_path / "out").exists()


def test_options_for_tables_are_refused_without_them(database: str) -> None:
    result = run(database, "--area", "Gloucestershire")
    assert result.exit_code == 2
    assert "are for --parquet and --ocel" in " ".join(result.output.split())


def test_each_export_is_one_line_of_the_access_log_with_its_cases(database: str, plain: Path) -> None:
    export = json.loads((plain / "datapackage.json").read_text())["export"]["id"]
    with closing(AccountRegister(database)) as register:
        (line,) = [one for one in register.log.lines(action="downloaded") if export in one.detail]
        assert line.username == "operator"
        assert line.cases == len(rows(plain, "cases")) == 120


def test_every_field_of_a_ledger_row_is_exported() -> None:
    for name, kind in ROW_KINDS.items():
        exported = {field.name for field in LEDGER[name].fields} | {"place"}
        assert {field.name for field in kind.fields} - exported == ({"name"} if name == "spells" else set())
    assert {field.name for field in PLACE} >= {name for name in Place._fields if name != "officer_id"}


def test_tables_have_plain_names() -> None:
    """No column is a word that SQL keeps for itself."""
    kept = {"by", "from", "to", "with", "order", "group", "select", "where", "end", "case_when"}
    from projections.exports.entry_columns import TABLE
    from projections.exports.score_tables import ANSWERS

    tables: list[Table] = [TABLE, ANSWERS, *LEDGER.values()]
    assert not kept & {field.name for table in tables for field in table.fields}
