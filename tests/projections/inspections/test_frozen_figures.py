"""No later import moves a frozen figure: how far each file counts is fixed once, and says how and when."""

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import ENTRY_TYPES, SupervisionPlanMade
from domain.importing import importer
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.policy.frameworks.framework_files import frameworks
from domain.store.application import Files
from domain.store.freeze_fixing import fix_freeze
from domain.store.hash_chain import TABLE
from domain.store.preparation import FREEZES_FIXED, PREPARED_BY, STEPS_TABLE
from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_inspection
from tests.domain.aggregates.test_person_files import ONE, TWO
from tests.domain.store.test_preparation import change
from tests.support.histories import PERSON, PLACE

NOW = datetime(2050, 1, 1, 12, tzinfo=UTC)
"""Later than the demonstration was loaded."""
LATER = "gloucestershire-2005"

Line = dict[str, Any]


def figures(address: str, inspection: str = LATER) -> Mapping[str, Any]:
    """Every count of an inspection's sample and of its part at high risk of harm, and B1 as printed."""
    with closing(Files.open(address)) as files:
        scored = score_inspection(CaseRepository(files), inspection)
    counted = {
        f"{question}, {which}": (of.sufficient, of.insufficient, of.n, of.absent)
        for which, score in (("all", scored.score), ("high risk", scored.high_risk))
        for question, of in score.questions.items()
    }
    printed = {c.criterion.id: c.printed for section in scored.score.sections for c in section.criteria}
    return {"cases": scored.score.cases, **counted, **printed}


def load(address: str, lines: Iterable[Line], folder: Path, *, keep: bool = True) -> ImportReport:
    """Import these lines, all of which are taken."""
    path, report = folder / "lines.ndjson", ImportReport()
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with closing(Files.open(address)) as files:
        read = read_lines(path, NOW, report.rejected, lambda size: None)
        import_lines(files, read, report, now=NOW, actor="test", keep=keep)
    assert report.rejected == []
    return report


def found(address: str, inspection: str = LATER) -> Inspection:
    with closing(Files.open(address)) as files:
        return Inspection.of(files.read(inspection).entries.values())


def late_extract(address: str, sample: Iterable[str]) -> list[Line]:
    """What an extract may bring long after, dated and recorded in the summer before: oversight, risk, plans withdrawn, answers."""
    lines: list[Line] = []

    def add(case: str, type_: str, **fields: Any) -> None:
        at = {"occurred_on": "2005-08-01", "recorded_at": "2005-08-01T10:00:00+01:00"}
        lines.append({"case": case, "type": type_, "entry": f"late-{len(lines)}", **at, **fields})

    with closing(Files.open(address)) as files:
        for number, case in enumerate(sample):
            plans = [f.entry for f in files.read(case).entries.values() if isinstance(f, SupervisionPlanMade)]
            add(case, "OversightRecorded", kind="countersignature", by="A", grade="spo")
            add(case, "DocumentFiled", kind="psr")
            if number % 3 == 0:
                add(case, "RiskLevelChanged", **{"from": "low", "to": "very_high"}, reason="r")
            for plan in plans if number % 2 else ():
                add(case, "EntryWithdrawn", of=plan, reason="another person's")
            for question in frameworks()["esi-2003"].sections[0].criteria[0].questions:
                add(case, "QualityJudged", framework="esi-2003", question=question.id, answer="sufficient", by="B",
                    role="hm_inspector", inspection=LATER, overrules=True, comment="a second look")  # fmt: skip
    return lines


# ---------------------------------------------------------------- the demonstration's


@pytest.mark.both
def test_no_later_import_moves_a_figure_of_the_demonstration(own_database: Path | str, tmp_path: Path) -> None:
    address = str(own_database)
    before, sample = figures(address), found(address).sample
    assert before["B1"] == 55
    late = late_extract(address, sample)
    report = load(address, late, tmp_path)
    assert (report.stored, report.fixed) == (len(late), [])
    assert figures(address) == before
    with closing(Files.open(address)) as files:  # the same files move without the freeze
        book = CaseRepository(files)
        at, framework = score_inspection(book, LATER).moment, book.inspection(LATER).framework
        moved = [book.read(case, at, framework).history.entries for case in sample]
        fixed = [book.read(case, at, framework, LATER).history.entries for case in sample]
    assert sum(map(len, moved)) > sum(map(len, fixed))


@pytest.mark.both
def test_the_figures_move_where_nothing_is_fixed(
    own_database: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the extract is one that matters: B1 of the demonstration went up by it before freezes were fixed."""
    address = str(own_database)
    late = late_extract(address, found(address).sample)
    monkeypatch.setattr("projections.cases.case_repository.CaseRepository._held_when_frozen", lambda *of: None)
    before = figures(address)["B1"]
    load(address, late, tmp_path)
    assert figures(address)["B1"] > before + 7


def test_another_file_of_a_person_of_the_sample_moves_no_figure(own_database: Path, tmp_path: Path) -> None:
    """A second sentence, and a person who is linked later: custody of theirs would reach the case."""
    address = str(own_database)
    before, sample = figures(address), found(address).sample
    lines: list[Line] = []
    for number, case in enumerate(sample[:20]):
        crn = case.partition("/")[0]
        other = f"{crn}/9" if number % 2 else f"Q{number:06}/1"
        at = {"occurred_on": "2005-05-01", "recorded_at": "2005-05-02T10:00:00+01:00"}
        person = {**PERSON, "crn": other.partition("/")[0]}
        if number % 2:  # the same person in both files
            with closing(Files.open(address)) as files:
                person = {**PERSON, "crn": crn, "name": files.read(case).begun.person.name}  # type: ignore[union-attr]
        lines += [
            {"case": other, "type": "SupervisionStarted", "entry": "s", **at, "person": person, **PLACE,
             "order_type": "community_order", "officer": "O", "officer_grade": "po"},
            {"case": other, "type": "CustodyStarted", "entry": "c", **at, "reason": "remand"},
        ]  # fmt: skip
        if not number % 2:
            lines.append(
                {"case": other, "type": "PersonLinked", "entry": "l", **at, "crn": crn, "reason": "one person"}
            )
            lines.append(
                {"case": case, "type": "PersonLinked", "entry": "l", **at, "crn": other[:7], "reason": "one person"}
            )
    load(address, lines, tmp_path)
    assert figures(address) == before


# ---------------------------------------------------------------- when it is fixed


def sample_lines(sample_files: Path, inspection: str = LATER) -> tuple[list[Line], list[Line]]:
    """The lines of one sample: its cases', and the inspection's."""
    text = (sample_files / f"{inspection}.ndjson").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    of_cases = [line for line in lines if ENTRY_TYPES[line["type"]].kept_on == "case"]
    return of_cases, [line for line in lines if ENTRY_TYPES[line["type"]].kept_on == "inspection"]


@pytest.mark.both
def test_it_is_fixed_at_the_end_of_the_import_that_brings_the_files(
    empty_database: str, sample_files: Path, tmp_path: Path
) -> None:
    """The inspection first, then its cases in two parts: each part counts as it came, and nothing moves it after."""
    cases, inspection = sample_lines(sample_files)
    first = {line["case"] for line in cases[: len(cases) // 2]}
    assert load(empty_database, inspection, tmp_path).fixed == []
    assert figures(empty_database)["cases"] == 0
    parts = [[line for line in cases if (line["case"] in first) == one] for one in (True, False)]
    for part in parts:
        load(empty_database, late_extract(empty_database, sorted(first)) if part is parts[1] else [], tmp_path)
        assert load(empty_database, part, tmp_path).fixed == [LATER]
    stands = found(empty_database)
    assert [fact.fixed_by for fact in stands.files.fixed] == ["import", "import"]
    assert stands.files.unfixed(stands.sample) == []
    assert figures(empty_database)["B1"] == 55
    assert load(empty_database, [*cases, *inspection], tmp_path).fixed == []
    load(empty_database, late_extract(empty_database, stands.sample)[:50], tmp_path)
    assert figures(empty_database)["B1"] == 55


def test_an_import_fixes_only_what_it_brought_itself(
    empty_database: str, sample_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was killed fixes nothing, and none in between does; the one that completes it does."""
    monkeypatch.setattr(importer, "BATCH", 400)
    cases, inspection = sample_lines(sample_files)
    path, report = tmp_path / "killed.ndjson", ImportReport()
    path.write_text("".join(json.dumps(line) + "\n" for line in [*inspection, *cases]), encoding="utf-8")

    class Killed(BaseException):
        pass

    def dies() -> Any:
        for number, line in enumerate(read_lines(path, NOW, report.rejected, lambda size: None)):
            if number == 3000:
                raise Killed
            yield line

    with closing(Files.open(empty_database)) as files, pytest.raises(Killed):
        import_lines(files, dies(), report, now=NOW, actor="test", keep=True)
    assert 0 < figures(empty_database)["cases"] < 60
    other = {"case": ONE, "type": "SupervisionStarted", "entry": "s", "occurred_on": "2005-05-01", "person": PERSON,
             "recorded_at": "2005-05-02T10:00:00+01:00", "order_type": "community_order", **PLACE, "officer": "O",
             "officer_grade": "po"}  # fmt: skip
    assert load(empty_database, [other], tmp_path).fixed == []
    assert found(empty_database).files.fixed == []
    assert load(empty_database, [*inspection, *cases], tmp_path).fixed == [LATER]
    assert figures(empty_database)["B1"] == 55


def test_a_dry_run_fixes_nothing(empty_database: str, sample_files: Path, tmp_path: Path) -> None:
    cases, inspection = sample_lines(sample_files)
    assert load(empty_database, [*cases, *inspection], tmp_path, keep=False).fixed == []
    with closing(Files.open(empty_database)) as files:
        assert files.recorder.head()[0] == 0


@pytest.mark.both
def test_an_export_that_holds_what_was_fixed_needs_nothing_more(
    own_database: Path | str, tmp_path: Path, kind: str
) -> None:
    """The same figures in another record, also where entries came after the freeze."""
    from click.testing import CliRunner

    from web.cli import main

    address = str(own_database)
    load(address, late_extract(address, found(address).sample), tmp_path)
    before = figures(address)
    lines = [
        json.loads(line) for line in CliRunner().invoke(main, ["export", "--database", address]).output.splitlines()
    ]
    other = str(tmp_path / "other.sqlite")
    assert load(other, lines, tmp_path).fixed == []
    assert figures(other) == before
    assert found(other).files.of_case == found(address).files.of_case


@pytest.mark.both
def test_a_record_of_before_is_fixed_when_it_is_first_opened(
    empty_database: str, kind: str, sample_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases, inspection = sample_lines(sample_files)
    monkeypatch.setattr("domain.importing.freezes_of_run.FreezesOfRun.fix", lambda *of, **more: [])
    load(empty_database, [*cases, *inspection], tmp_path)
    change(empty_database, kind, f"DELETE FROM {STEPS_TABLE} WHERE number = {FREEZES_FIXED}")
    assert figures_of_prepared(empty_database)["B1"] == 55
    (fixed,) = found(empty_database).files.fixed
    assert fixed.fixed_by == "update" and len(fixed.files) == 60
    assert last_actor(empty_database, kind) == PREPARED_BY
    load(empty_database, late_extract(empty_database, found(empty_database).sample), tmp_path)
    assert figures_of_prepared(empty_database)["B1"] == 55
    assert len(found(empty_database).files.fixed) == 1


def figures_of_prepared(address: str) -> Mapping[str, Any]:
    Files.open(address, prepare=True).close()
    return figures(address)


def last_actor(address: str, kind: str) -> str:
    column = "rowid" if kind == "sqlite" else "notification_id"
    with closing(Files.open(address)) as files:
        return str(files.recorder.rows_of(f"SELECT actor FROM {TABLE} ORDER BY {column} DESC LIMIT 1")[0][0])


# ---------------------------------------------------------------- what cannot be slipped in


def small(entries: int = 3, **frozen: Any) -> list[Line]:
    """A frozen audit of one case with one contact, whose freeze names ``frozen``."""
    at = {"occurred_on": "2005-06-01", "recorded_at": "2005-06-01T10:00:00+01:00"}
    of = {"inspection": "an-audit", **at}
    return [
        {"case": ONE, "type": "SupervisionStarted", "entry": "s", **at, "person": PERSON, **PLACE, "officer": "O",
         "order_type": "community_order", "officer_grade": "po"},
        *({"case": ONE, "type": "ContactLogged", "entry": f"c{n}", **at, "contact_type": "telephone"} for n in range(entries)),
        {**of, "type": "InspectionOpened", "entry": "o", "title": "T", "area": "A", "framework": "esi-2003", "cases": [ONE]},
        {**of, "type": "InspectionFrozen", "entry": "f", **frozen},
    ]  # fmt: skip


def fixing(file: str, entries: int, entry: str = "x") -> Line:
    return {"inspection": "an-audit", "type": "FreezeFixed", "entry": entry, "occurred_on": "2005-06-01", "position": 1,
            "recorded_at": "2005-06-01T10:00:00+01:00", "fixed_by": "import", "hash": "0" * 64,
            "files": [{"case": file, "entries": entries}]}  # fmt: skip


@pytest.mark.parametrize("entries", [2, 4, 9])
def test_what_is_fixed_is_not_fixed_again(empty_database: str, tmp_path: Path, entries: int) -> None:
    load(empty_database, small(), tmp_path)
    assert found(empty_database, "an-audit").files.of_case[ONE] == {ONE: 4}
    with pytest.raises(AssertionError) as refused:
        load(empty_database, [fixing(ONE, entries)], tmp_path)
    words = "fixed already" if entries == 4 else "counts with 4 entries for this freeze; that does not change"
    assert words in str(refused.value)
    assert found(empty_database, "an-audit").files.of_case[ONE] == {ONE: 4}


@pytest.mark.parametrize("whole", [True, False])
def test_a_freeze_that_names_more_entries_than_came_is_fixed_at_those(
    empty_database: str, tmp_path: Path, whole: bool
) -> None:
    """Else a later import could bring the rest: of the case, and of another file of its person."""
    files = [{"case": ONE, "entries": 40}, *([{"case": TWO, "entries": 7}] if whole else [])]
    record = {"position": 90, "hash": "0" * 64} if whole else {}
    assert load(empty_database, small(files=files, **record), tmp_path).fixed == ["an-audit"]
    stands = found(empty_database, "an-audit").files.of_case[ONE]
    assert {file: entries for file, entries in stands.items() if entries} == {ONE: 4}
    assert load(empty_database, small(9, files=files, **record), tmp_path).fixed == []
    assert found(empty_database, "an-audit").files.of_case[ONE] == stands


def test_a_freeze_that_names_every_file_needs_nothing_more(empty_database: str, tmp_path: Path) -> None:
    record = {"position": 90, "hash": "0" * 64, "files": [{"case": ONE, "entries": 2}]}
    assert load(empty_database, small(**record), tmp_path).fixed == []
    assert found(empty_database, "an-audit").files.of_case[ONE] == {ONE: 2}


def test_a_case_of_the_sample_that_is_not_there_is_left_for_the_import_that_brings_it(
    empty_database: str, tmp_path: Path
) -> None:
    """Unless the sheet is published before: then nothing of it counts."""
    case, rest = small()[:4], small()[4:]
    load(empty_database, rest, tmp_path)
    with closing(Files.open(empty_database)) as files:
        assert not fix_freeze(files, "an-audit", fixed_by="import", now=NOW, actor="test")
        assert fix_freeze(files, "an-audit", fixed_by="publication", now=NOW, actor="test")
        assert not fix_freeze(files, "an-audit", fixed_by="publication", now=NOW, actor="test")
    load(empty_database, case, tmp_path)
    assert figures(empty_database, "an-audit")["cases"] == 0
    assert found(empty_database, "an-audit").files.of_case[ONE] == {ONE: 0}
