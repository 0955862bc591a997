"""Columns in files and with changes laid over them: the same answers as columns made at once."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework_files import frameworks
from projections.columns import column_files as generations_module
from projections.columns import column_merge
from projections.columns.case_selection import ATTRIBUTES, CaseSelection
from projections.columns.column_files import (
    ColumnParts,
    UnreadableColumns,
    generations,
    latest_generation,
    read_generation,
    write_generation,
)
from projections.columns.column_manifest import ABOUT, digest
from projections.columns.column_merge import merge
from projections.columns.column_store import ColumnStore
from projections.columns.score_counts import score_cases, score_table
from projections.history.moment import Moment
from projections.reports.duty_counts import count_duties
from tests.support.columns import DerivedCase, derived
from tests.support.histories import facts_of

BEGUN = date(2005, 1, 3)


def entries(number: int, length: int = 12) -> list[Entry]:
    """A short file, another one for every number."""
    rng = Random(number)
    person = {
        "crn": f"X{number:06}", "name": f"Person {number % 7}", "date_of_birth": "1975-02-28", "gender": "female",
        "ethnicity": rng.choice(("W1", "B1")), "disability": False,
    }  # fmt: skip
    team = rng.choice(("Cheltenham", "Gloucester", "Stroud"))
    lines = [{
        "type": "SupervisionStarted", "occurred_on": BEGUN.isoformat(), "person": person, "order_type": "community_order",
        "area": "Gloucestershire", "division": "North", "team": team, "officer": f"Officer {rng.randint(1, 3)}",
        "officer_grade": "po", "tier": rng.choice((1, 2, None)),
    }]  # fmt: skip
    for _ in range(length):
        day = BEGUN + timedelta(days=rng.randint(0, 150))
        made = {
            "type": "AppointmentMade",
            "occurred_on": day.isoformat(),
            "for_on": day.isoformat(),
            "contact_type": "office",
        }
        judged = {
            "type": "QualityJudged", "occurred_on": day.isoformat(), "framework": "esi-2003", "by": "Ann Spo", "role": "spo",
            "question": "record-well-organised", "answer": rng.choice(("sufficient", "insufficient")),
        }  # fmt: skip
        harm = {
            "type": "RiskLevelChanged",
            "occurred_on": day.isoformat(),
            "from": "low",
            "to": "high",
            "reason": "a charge",
        }
        lines.append(rng.choice((made, made, judged, harm)))
    for at, line in enumerate(lines):
        day = date.fromisoformat(str(line["occurred_on"])) + timedelta(days=rng.choice((0, 0, 9)))
        line |= {"entry": f"e{at}", "recorded_at": datetime(day.year, day.month, day.day, 20, tzinfo=UTC).isoformat()}
        if line["type"] == "SupervisionStarted" and line["tier"] is None:
            del line["tier"]
    return facts_of(lines)


def of(numbers: Sequence[int], length: int = 12) -> list[DerivedCase]:
    return [one for number in numbers for one in derived([(f"X{number:06}/1", entries(number, length))])]


def same(one: ColumnStore, other: ColumnStore) -> None:
    """Both answer alike."""
    esi = frameworks()["esi-2003"]
    for moment in (Moment(date(2005, 4, 1), None), Moment(date(2005, 5, 1), datetime(2005, 3, 9, tzinfo=UTC))):
        a, b = CaseSelection(one, moment), CaseSelection(other, moment)
        assert a.references == b.references
        assert len(a.references) > 1
        assert score_cases(esi, a) == score_cases(esi, b)
        assert score_table(esi, a, ("team", "tier")).by_key() == score_table(esi, b, ("team", "tier")).by_key()
        by = ("officer", "subject", "ethnicity", "calendar_month")
        assert count_duties(a, by=by).by_key() == count_duties(b, by=by).by_key()
        assert a.groups(ATTRIBUTES).keys == b.groups(ATTRIBUTES).keys


@pytest.fixture(scope="module")
def whole() -> ColumnStore:
    return ColumnStore.of(of(range(12)))


def test_a_generation_reads_as_what_was_written(tmp_path: Path, whole: ColumnStore) -> None:
    home = tmp_path / "columns"
    assert latest_generation(home) is None
    write_generation(home, [whole])
    found = latest_generation(home)
    assert found is not None
    same(found, whole)
    assert list(found.references) == list(whole.references)
    assert sorted(found.references) == [reference for reference, *_ in of(range(12), 0)]
    assert [found.number(reference) for reference in found.references] == list(range(12))
    assert found.number("X000099/1") is None
    assert found.names[3] == whole.names[3]


def test_parts_in_any_order_are_the_whole(tmp_path: Path, whole: ColumnStore) -> None:
    parts = [ColumnStore.of(of(numbers)) for numbers in ((7, 2, 11), (), (0, 1, 3), (4, 5, 6, 8, 9, 10))]
    same(merge(parts), whole)
    same(read_generation(write_generation(tmp_path, parts)), whole)


def test_a_case_in_two_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="X000001/1 is in two"):
        merge([ColumnStore.of(of((1, 2))), ColumnStore.of(of((0, 1)))])
    with pytest.raises(ValueError, match="X000001/1 is given twice"):
        ColumnStore.of(of((1, 1)))


def test_changes_stand_in_place_of_what_the_cases_had(tmp_path: Path, whole: ColumnStore) -> None:
    base = ColumnStore.of([*of((0, 1, 4, 5, 6, 8, 9, 10)), *of((2, 7), 5)])
    changed = base.with_changes(ColumnStore.of(of((2, 3, 11))))
    assert changed.number("X000002/1") == 11 - 1
    same(changed.with_changes(ColumnStore.of(of((7, 2)))), whole)
    # Taken into the base, and written as the next generation.
    same(merge([changed.with_changes(ColumnStore.of(of((7,))))]), whole)
    write_generation(tmp_path, [base])
    mapped = latest_generation(tmp_path)
    assert mapped is not None
    write_generation(tmp_path, [mapped.with_changes(ColumnStore.of(of((2, 3, 7, 11))))])
    assert [folder.name for folder in generations(tmp_path)] == ["00000001", "00000002"]
    merged = latest_generation(tmp_path)
    assert merged is not None
    same(merged, whole)
    assert merged.gone is None
    # Whoever had mapped the first still reads it.
    same(mapped, base)


def test_what_cannot_be_read_is_made_anew(tmp_path: Path, whole: ColumnStore) -> None:
    folder = write_generation(tmp_path, [whole])
    about = json.loads((folder / ABOUT).read_text())
    del about["digest"]
    for other in ({"derived_by": "others"}, {"format": 1}):
        said = about | other
        (folder / ABOUT).write_text(json.dumps(said | {"digest": digest(said)}))
        with pytest.raises(UnreadableColumns, match="another version"):
            read_generation(folder)
    (folder / ABOUT).write_text(json.dumps(about | {"digest": digest(about)}))
    same(read_generation(folder), whole)
    (folder / "duties.current.due_on.npy").write_bytes((folder / "duties.current.due_on.npy").read_bytes()[:-3])
    with pytest.raises(
        UnreadableColumns, match=r"duties\.current\.due_on\.npy is damaged: it has .* Delete the folder"
    ):
        read_generation(folder)
    (folder / "duties.current.due_on.npy").unlink()
    with pytest.raises(UnreadableColumns, match=r"duties\.current\.due_on\.npy is missing"):
        latest_generation(tmp_path)
    (tmp_path / "making-3").mkdir()
    same(read_generation(write_generation(tmp_path, [whole])), whole)
    assert not (tmp_path / "making-3").exists()


def test_no_case_at_all(tmp_path: Path) -> None:
    nothing = read_generation(write_generation(tmp_path, []))
    at = CaseSelection(nothing, Moment(date(2005, 4, 1), None))
    assert score_cases(frameworks()["esi-2003"], at).score.cases == 0
    assert score_table(frameworks()["esi-2003"], at, ("team",)).by_key() == {}
    assert count_duties(at, by=("team",)).by_key() == {}


def test_parts_put_by_in_files_are_the_whole(
    tmp_path: Path, whole: ColumnStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some in files, some still in memory, in any order; joined some cases at a time."""
    monkeypatch.setattr(generations_module, "CASES_IN_MEMORY", 4)
    monkeypatch.setattr(column_merge, "CASES_AT_ONCE", 5)
    (tmp_path / "parts" / "0").mkdir(parents=True)  # of somebody who died
    (tmp_path / "parts" / "9").mkdir()
    parts = ColumnParts(tmp_path / "parts")
    for numbers in ((7, 2, 11), (), (0, 1, 3), (4, 5, 6, 8, 9), (10,)):
        parts.add(ColumnStore.of(of(numbers)))
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["0", "1"]
    same(read_generation(parts.write(tmp_path / "home")), whole)
    assert not (tmp_path / "parts").exists()
    assert read_generation(ColumnParts(tmp_path / "parts").write(tmp_path / "none")).numbers == 0
