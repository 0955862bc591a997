"""Erasing a person and redacting a text: the keys are gone for good, whatever is put back."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from domain.entries.entry import Entry
from domain.entries.person_entries import HoldLifted, HoldPlaced, PersonErased, TextRedacted, person_file
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import Line
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.sealing.person_key import PersonKey
from domain.sealing.sealed_fields import ERASED, REDACTED
from domain.store.application import Files
from domain.store.branching import branch
from domain.store.erased_marks import IN_FILE
from domain.store.erasing import NotErased, erase, redact
from domain.store.person_register import all_holds, holds_on
from domain.store.preparation import begin_sealing
from domain.store.sealer import PersonErased as Refusal
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.history.moment import Moment
from tests.domain.store.test_sealed_record import about, contact, read_now
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, NOW, facts_of
from web.cli import main

pytestmark = pytest.mark.both

CRN = CASE.partition("/")[0]
NAME = BEGINNING["person"]["name"]


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        record(files, *facts_of([BEGINNING]), contact("came round"), contact("of Ann Other", "e2"))
        yield files


def record(files: Files, *facts: Entry) -> list[Entry]:
    return files.record(CASE, facts, actor="test", now=NOW)


def erased(reason: str = "past its time", **said: Any) -> PersonErased:
    return PersonErased(at=NOW, reason=reason, asked_by="ann", **said)


def again(files: Files) -> Files:
    return Files.open(files.database.address)


def test_an_erased_person_reads_as_erased_and_nothing_more_is_recorded(files: Files) -> None:
    before = files.read(CASE)
    assert erase(files, CRN, erased(confirmed_by="bob"), actor="bob") == (CRN, "")
    assert files.read(CASE).entries == before.entries  # nothing of the log changes
    now = read_now(files)
    assert now["start"]["person"]["name"] == now["e1"]["note"] == ERASED
    with pytest.raises(Refusal, match="erased"):
        record(files, contact("again", "e9"))
    (entry,) = files.entered(person_file(CRN))
    assert isinstance(entry, PersonErased) and (entry.asked_by, entry.confirmed_by) == ("ann", "bob")
    with pytest.raises(NotErased, match="before"):
        erase(files, CRN, erased(), actor="ann")
    with pytest.raises(NotErased, match="on record"):
        erase(files, "Z999999", erased(), actor="ann")


def test_a_record_that_is_not_sealed_says_that_nothing_can_be_erased(own_database: Path | str) -> None:
    with closing(Files.open(str(own_database))) as files:
        files.seals = False
        with pytest.raises(NotErased, match="migrate --seal"):
            erase(files, CRN, erased(), actor="ann")
        assert files.entered(person_file(CRN)) == []


def test_an_erased_person_is_found_by_no_name(files: Files) -> None:
    assert files.names.found(NAME, None) == {CASE}
    erase(files, CRN, erased(), actor="ann")
    assert files.names.found(NAME, None) == files.names.found(NAME, None, by_sound=True) == set()
    assert files.recorder.rows_of("SELECT count(*) FROM name_digests WHERE reference <> ''")[0][0] == 0


def test_a_redacted_name_finds_nobody_and_the_others_do(files: Files) -> None:
    new = {"person": BEGINNING["person"] | {"name": "Zoe Byrne"}}
    record(files, about("EntryCorrected", "c1", of="start", fields=new))
    asked = {"case": CASE, "entry": "start", "path": "person.name"}
    redact(files, TextRedacted(at=NOW, **asked, reason="a name of before", asked_by="a"), actor="b")
    assert files.names.found(NAME, None) == set() and files.names.found("Zoe Byrne", None) == {CASE}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_neither_the_text_nor_the_key_is_in_any_file(files: Files) -> None:
    key = files.keys.of([CRN])[CRN].current
    digests = [
        int(one).to_bytes(8, "big", signed=True)
        for (one,) in files.recorder.rows_of("SELECT digest FROM name_digests WHERE reference <> ''")
    ]
    assert digests and all(one in raw(files) for one in digests)
    assert key is not None and key.hex().encode() in raw(files)
    assert NAME.encode() not in raw(files) and b"came round" not in raw(files)
    erase(files, CRN, erased(), actor="ann")
    for told in (key, key.hex().encode(), NAME.encode(), b"came round", *digests):
        assert told not in raw(files)


def raw(files: Files) -> bytes:
    """Every byte of every file beside the database."""
    folder = Path(files.database.path).parent
    return b"".join(one.read_bytes() for one in folder.iterdir() if one.is_file())


def test_keys_that_are_there_again_are_destroyed_again(files: Files) -> None:
    """The record says that they were erased, and an older copy of the keys was put back."""
    older = files.keys.rows()
    erase(files, CRN, erased(), actor="ann")
    files.keys.clear()
    files.keys.take(older)
    with closing(again(files)) as there:
        assert read_now(there)["e1"]["note"] == ERASED
        assert there.erased_again == [CRN]
        assert [getattr(one, "again", None) for one in there.entered(person_file(CRN))] == [False, True]
    files.keys.clear()  # and so where the keys are lost: none is made again
    with closing(again(files)) as there, pytest.raises(Refusal):
        record(there, contact("again", "e9"))


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_an_older_copy_of_the_database_is_erased_again_by_its_mark(files: Files, marks: Path, tmp_path: Path) -> None:
    path = Path(files.database.path)
    files.close()
    shutil.copy(path, tmp_path / "older")
    with closing(Files.open(str(path))) as files:
        erase(files, CRN, erased(), actor="ann")
    assert CRN not in marks.read_text()
    restored(path, tmp_path / "older")
    with closing(Files.open(str(path))) as files:
        assert read_now(files)["e1"]["note"] == ERASED
        assert files.erased_again == [CRN]
    restored(path, tmp_path / "older")
    marks.unlink()
    with closing(Files.open(str(path))) as files:  # without the mark it cannot be known
        assert read_now(files)["e1"]["note"] == "came round"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_mark_holds_under_the_names_that_the_record_had(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(IN_FILE)
    path = Path(files.database.path)
    files.close()
    shutil.copy(path, tmp_path / "older")
    with closing(Files.open(str(path))) as files:
        erase(files, CRN, erased(), actor="ann")
    restored(path, tmp_path / "older")
    with closing(Files.open(str(path))) as files:
        branch(files, reason="a test copy", at=NOW, actor="t")  # it opens no keys
    with closing(Files.open(str(path))) as files:
        assert read_now(files)["e1"]["note"] == ERASED


def restored(path: Path, older: Path) -> None:
    for part in ("-wal", "-shm"):
        Path(f"{path}{part}").unlink(missing_ok=True)
    shutil.copy(older, path)


def test_a_marked_person_without_a_key_gets_none(files: Files, empty_database: str) -> None:
    erase(files, CRN, erased(), actor="ann")
    files.keys.clear()
    files.keys.destroy("A000001")  # the keys are opened with their marks
    assert files.keys.is_marked(CRN) is False  # of before: this process has not read the marks since
    with closing(again(files)) as there:
        assert there.keys.is_marked(CRN)


def test_a_mark_that_cannot_be_kept_is_said_and_the_person_is_erased(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(IN_FILE, str(tmp_path / "file" / "marks"))
    assert IN_FILE in erase(files, CRN, erased(), actor="ann").not_marked
    assert read_now(files)["e1"]["note"] == ERASED


@pytest.mark.parametrize("said_at", [None, NOW])  # of an interchange file, of an extract
def test_lines_of_an_erased_person_are_refused_one_by_one(files: Files, said_at: datetime | None) -> None:
    erase(files, CRN, erased(), actor="ann")
    start = facts_of([BEGINNING | {"person": BEGINNING["person"] | {"crn": "K000001"}}])[0]
    given = [(CASE, contact("changed")), (f"{CRN}/2", facts_of([BEGINNING])[0]), ("K000001/1", start)]
    lines = [Line("night", number, *one, True, said_at) for number, one in enumerate(given, 1)]
    report = ImportReport()
    import_lines(files, lines, report, now=NOW, actor="import", keep=True)
    assert report.stored == 1
    assert [(one.line, "were erased" in one.reason) for one in report.rejected] == [(1, True), (2, True)]


def test_one_text_is_redacted_and_the_others_stay(files: Files) -> None:
    record(files, about("EntryCorrected", "c1", of="e1", fields={"note": "came late"}))
    redact(files, TextRedacted(at=NOW, case=CASE, entry="e2", path="note", reason="names Ann", asked_by="a"), actor="b")
    now = read_now(files)
    assert now["e2"]["note"] == REDACTED
    assert (now["start"]["person"]["name"], now["e1"]["note"]) == (NAME, "came late")
    assert (
        record(files, contact("of Ann Other", "e2"), contact("of Ann Another", "e2")) == []
    )  # it is not taken in again
    assert read_now(files)["e2"]["note"] == REDACTED
    record(files, contact("new", "e3"))
    assert read_now(files)["e3"]["note"] == "new"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"case": "Z999999/1"}, "no entry"),
        ({"entry": "e9"}, "no entry 'e9'"),
        ({"path": "actions.0"}, "there are: note"),
    ],
)
def test_what_cannot_be_redacted_is_said(files: Files, said: dict[str, str], why: str) -> None:
    asked = {"case": CASE, "entry": "e2", "path": "note"} | said
    with pytest.raises(NotErased, match=why):
        redact(files, TextRedacted(at=NOW, **asked, reason="r", asked_by="a"), actor="b")  # type: ignore[arg-type]
    assert files.entered(person_file(CRN)) == []


def test_a_redacted_text_whose_key_is_there_again_is_redacted_again(files: Files) -> None:
    older = files.keys.rows()
    fact = TextRedacted(at=NOW, case=CASE, entry="e2", path="note", reason="r", asked_by="a")
    redact(files, fact, actor="b")
    with pytest.raises(NotErased, match="before"):
        redact(files, fact, actor="b")
    files.keys.clear()
    files.keys.take(older)
    with closing(again(files)) as there:
        assert read_now(there)["e2"]["note"] == REDACTED
        assert read_now(there)["e1"]["note"] == "came round"
    assert isinstance(files.keys.of([CRN])[CRN], PersonKey)


def test_holds_stand_until_they_are_lifted(files: Files) -> None:
    files.enter(person_file(CRN), HoldPlaced(at=NOW, reason="inquest"), actor="ann")
    files.enter(person_file(CRN), HoldPlaced(at=NOW, case=CASE, reason="complaint", until=NOW.date()), actor="bob")
    on_crn, on_case = all_holds(files)
    assert (on_crn.subject, on_crn.placed.reason, on_crn.actor) == (CRN, "inquest", "ann")
    assert (on_case.subject, on_case.actor) == (CASE, "bob")
    assert on_crn.covers(CASE) and on_case.covers(CASE) and not on_case.covers(f"{CRN}/9")
    assert on_case.stands_on(NOW.date()) and not on_case.stands_on(NOW.date().replace(year=NOW.year + 1))
    files.enter(person_file(CRN), HoldLifted(at=NOW, reason="over"), actor="ann")
    assert [hold.subject for hold in holds_on(files, CRN)] == [CASE]


def test_figures_and_verdicts_do_not_change(own_database: Path | str) -> None:
    with closing(Files.open(str(own_database))) as files:
        cases = CaseRepository(files).cases[:40:8]
        before = figures(files, cases)
        for case in cases:
            crn = case.partition("/")[0]
            if not files.keys.of([crn])[crn].is_destroyed:
                erase(files, crn, erased(), actor="ann")
        assert figures(files, cases) == before


def figures(files: Files, cases: list[str]) -> object:
    """Every verdict of these cases on some days, with hindsight and without, and the scores of a sample."""
    book, framework = CaseRepository(files), frameworks()[DEFAULT_FRAMEWORK]
    moments = [
        Moment(day, known_at) for day in (date(2005, 6, 1), date(2005, 12, 22)) for known_at in (None, end_of_day(day))
    ]
    readings = [book.read(case, moment, framework) for case in cases for moment in moments]
    verdicts = [(one.reference, [(o.clause.id, o.due_on, o.state(one.moment.on)) for o in one.obligations],
                 [(a.question.id, a.answer, a.basis) for a in one.answers]) for one in readings if one.has_begun]  # fmt: skip
    name = next(iter(book.inspections))
    scored = CliRunner().invoke(
        main, ["score", "--inspection", name, "--format", "json", "--database", files.database.address]
    )
    assert verdicts and scored.exit_code == 0, scored.output
    return verdicts, scored.output
