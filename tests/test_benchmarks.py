"""The generated service is what it says: the columns spread out from templates are those of its cases' own ledgers."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.cases import READ_ON
from benchmarks.comparators import Duck, scan
from benchmarks.filling import files, fill, lines, templates
from benchmarks.measures import STEPS, Folder, measured
from benchmarks.nation import Size, reference_of
from benchmarks.report import LINES, printed
from benchmarks.spreading import spread
from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework_files import frameworks
from domain.store.application import Files
from domain.store.log_check import check_log
from projections.arrays.date_numbers import day_number, instant_number
from projections.columns.case_selection import ATTRIBUTES, CaseSelection, places
from projections.columns.column_merge import merge
from projections.columns.column_store import ColumnStore
from projections.columns.score_counts import score_cases, score_table
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.reports.duty_counts import count_duties
from tests.support.columns import columns_of
from tests.support.opened import opened
from web.cli import main

TINY = Size("tiny", 500, 2)
MOMENTS = (Moment(READ_ON, None), Moment(READ_ON.replace(month=1), end_of_day(READ_ON.replace(month=1))))


@pytest.fixture(scope="module")
def made() -> list[list[Entry]]:
    return templates(4)


@pytest.fixture(scope="module")
def own(made: list[list[Entry]]) -> ColumnStore:
    """The columns of every case's own ledger."""
    return columns_of(files(TINY, made))


@pytest.fixture(scope="module")
def spread_out(made: list[list[Entry]]) -> ColumnStore:
    of_templates = columns_of((f"T{number:06}/1", facts) for number, facts in enumerate(made))
    return merge(list(spread(of_templates, TINY)))


def test_what_is_spread_out_is_what_every_case_gives_itself(own: ColumnStore, spread_out: ColumnStore) -> None:
    esi = frameworks()["esi-2003"]
    assert list(own.references) == list(spread_out.references)
    for name, kept in own.tables.items():
        assert [len(rows) for rows in kept.all] == [len(rows) for rows in spread_out.tables[name].all], name
    assert own.plain["recorded"][0]["entries"].tolist() == spread_out.plain["recorded"][0]["entries"].tolist()
    for moment in MOMENTS:
        one, other = CaseSelection(own, moment), CaseSelection(spread_out, moment)
        assert score_cases(esi, one) == score_cases(esi, other)
        assert (
            score_table(esi, one, ("area", "team", "officer")).by_key()
            == score_table(esi, other, ("area", "team", "officer")).by_key()
        )
        assert one.groups(ATTRIBUTES).keys == other.groups(ATTRIBUTES).keys
        by = ("officer", "clause", "month")
        assert count_duties(one, by=by).by_key() == count_duties(other, by=by).by_key()


def test_a_small_slice_is_scored_as_the_whole_is(own: ColumnStore) -> None:
    esi = frameworks()["esi-2003"]
    for moment in MOMENTS:
        at = CaseSelection(own, moment)
        for (officer,), of_officer in score_table(esi, at, ("officer",)).by_key().items():
            # One case in a dozen: looked up one by one, where the table goes through all.
            assert score_cases(esi, at, at.select(officer=officer)).score == of_officer


def test_the_bare_scans_count_what_the_columns_count(own: ColumnStore, tmp_path: Path) -> None:
    teams, of_place = places(own, "team")
    for moment in MOMENTS:
        at = CaseSelection(own, moment)
        by = ("team", "clause", "edition")
        clauses = range(int(own.duties.current[0]["clause"].max()) + 1)
        counted = count_duties(at, by=by, clauses=clauses).by_key()
        day, known = day_number(moment.on), None if moment.known_at is None else instant_number(moment.known_at)
        duck = Duck(tmp_path / f"{known}.duckdb", own, of_place[:-1], of_place[at.place])
        rows = {(team, clause): (held, n) for team, clause, held, n in duck.scan(day, known)}
        bare = scan(own, of_place[:-1], day, known)
        assert {key: tuple(bare[key].tolist()) for key in rows} == rows
        assert bare.sum(axis=(0, 1)).tolist() == [sum(value[at] for value in rows.values()) for at in (0, 1)]
        assert sorted((figure.held, figure.n) for figure in counted.values()) == sorted(rows.values())
        assert len(teams) == 2


def test_the_store_is_filled_with_what_the_files_say(made: list[list[Entry]], tmp_path: Path) -> None:
    cases = range(0, 500, 100)
    stored = fill(str(tmp_path / "filled.sqlite"), TINY, made, cases)
    (tmp_path / "cases.ndjson").write_bytes(b"".join(lines(TINY, made, cases)))
    filled, other = Files.open(str(tmp_path / "filled.sqlite")), tmp_path / "imported.sqlite"
    assert list(check_log(filled.recorder))[-1] == stored
    outcome = CliRunner().invoke(main, ["import", str(tmp_path / "cases.ndjson"), "--database", str(other)])
    assert outcome.exit_code == 0, outcome.output
    imported = Files.open(str(other))
    for case in cases:
        reference = reference_of(case)
        assert opened(filled, reference) == opened(imported, reference)
        assert len(filled.read(reference).entries) > 10
    filled.close()
    imported.close()


def test_every_figure_is_measured_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {"tiny": dict(measured(Folder(tmp_path, TINY, 3, 1)))}
    rows = printed(found).splitlines()
    assert len(rows) == len(LINES) + 2
    assert rows[2] == "| cases | 500 |"
    assert capsys.readouterr().err == "".join(f"tiny: {step} ...\n" for step, _ in STEPS)
    # What is in the folder is not measured again.
    assert dict(measured(Folder(tmp_path, TINY, 3, 1))) == found["tiny"]
    assert capsys.readouterr().err == ""
