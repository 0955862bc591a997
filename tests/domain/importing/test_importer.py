"""Import: every good line is kept, every bad one named by file, line, field and reason; again and again, the same."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from domain.aggregates.case_file import RecordedEntry
from domain.entries.case_entries import ContactLogged, Entry
from domain.importing import importer
from domain.importing import ndjson_reader as web_lines
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_entry, read_lines, read_straight
from domain.store.application import Files
from domain.store.log_check import check_log
from domain.store.stored_by import StoredBy
from domain.store.writing import Writing
from tests.support.hanging import wait_until
from tests.support.histories import CASE, NOW, PERSON, PLACE, Line
from tests.support.opened import opened
from web.cli import main
from web.cli.command_log import who_runs_it


def line(type_: str, entry: str, on: str = "2005-06-01", **fields: Any) -> Line:
    return {
        "case": CASE, "entry": entry, "type": type_, "occurred_on": on, "recorded_at": f"{on}T18:00:00+01:00", **fields
    }  # fmt: skip


START = line(
    "SupervisionStarted", "start", "2005-05-03", person=PERSON, order_type="community_order", **PLACE,
    officer="Ruth Ablewhite", officer_grade="po",
)  # fmt: skip
MADE = line("AppointmentMade", "a1", "2005-05-20", for_on="2005-06-01", contact_type="office")
BECAME = line("AppointmentOutcomeRecorded", "o1", appointment="a1", outcome="attended_complied")
GOOD = [START, MADE, BECAME]


class Desk:
    """A database and a file to import into it, with the ordinary command."""

    def __init__(self, folder: Path):
        self.database, self.path = folder / "case.sqlite", folder / "extract.ndjson"

    def write(self, *lines: Line | str | bytes) -> None:
        raw = [x if isinstance(x, bytes) else (x if isinstance(x, str) else json.dumps(x)).encode() for x in lines]
        self.path.write_bytes(b"".join(x + b"\n" for x in raw))

    def run(self, *options: str) -> Result:
        result = CliRunner().invoke(main, ["import", str(self.path), "--database", str(self.database), *options])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def take(self, *lines: Line | str | bytes) -> Result:
        self.write(*lines)
        return self.run()

    def entries(self) -> dict[str, Entry]:
        with closing(Files.open(str(self.database))) as files:
            assert max(check_log(files.recorder), default=0) == (files.recorder.max_notification_id() or 0)
            return opened(files, CASE)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def without(values: Line, *names: str) -> Line:
    return {name: value for name, value in values.items() if name not in names}


# ---------------------------------------------------------------- what a form would be refused as well


READ = {"framework": "esi-2003", "question": "likelihood-score-present", "answer": "insufficient", "by": "J Hartnell",
        "role": "hm_inspector"}  # fmt: skip
ASSESSORS = ("J Hartnell", "R Pascoe")


def of_inspection(type_: str, entry: str, on: str = "2005-10-05", **fields: Any) -> Line:
    return without(line(type_, entry, on), "case") | {"inspection": "october", **fields}


INSPECTION = [
    of_inspection("InspectionOpened", "opened", title="T", area="A", framework="esi-2003", cases=[CASE]),
    *(of_inspection("AssessorNamed", name, assessor=name, role="hm_inspector") for name in ASSESSORS),
    *(
        of_inspection("ReadingAllocated", f"to {name}", case=CASE, assessor=name, second=name == "R Pascoe")
        for name in ASSESSORS
    ),
    of_inspection("ReadingCompleted", "again", case=CASE, assessor="R Pascoe", second=True),
    of_inspection("InspectionFrozen", "frozen", "2005-10-20"),
]


def test_what_overrules_the_entries_says_why(desk: Desk) -> None:
    overruled = line("QualityJudged", "q", **READ, overrules=True)
    result = desk.take(START, overruled)
    assert "extract.ndjson:2: comment: missing; say why" in result.output and result.exit_code == 1
    assert "1 entry stored" in desk.take(overruled | {"comment": "another person's score"}).output


@pytest.mark.parametrize(
    ("on", "second", "refused"),
    [
        ("2005-10-06", True, "second: you have finished this second reading"),
        ("2005-10-21", False, "inspection: this inspection is frozen"),
        ("2005-10-21", True, "inspection: this inspection is frozen"),
        ("2005-10-06", False, ""),
        ("2005-10-04", True, ""),
    ],
)
def test_an_answer_that_was_recorded_too_late_is_refused(desk: Desk, on: str, second: bool, refused: str) -> None:
    judged = line("QualityJudged", "q", on, **READ, inspection="october", second=second)
    assert desk.take(START, *INSPECTION).exit_code == 0
    assert (f"extract.ndjson:1: {refused}" in desk.take(judged).output) == bool(refused)
    assert ("q" in desk.entries()) == (not refused)


def test_an_export_of_before_is_taken_as_it_was(desk: Desk) -> None:
    """Cases come before inspections in an export: what was stored once with a late answer can be stored again."""
    late = line("QualityJudged", "q", "2005-10-21", **READ, inspection="october", second=True)
    assert desk.take(START, late, *INSPECTION).exit_code == 0
    assert "0 entries stored, 9 already there, 0 rejected" in desk.take(START, late, *INSPECTION).output
    out = desk.path.with_name("out.ndjson")
    out.write_text(CliRunner().invoke(main, ["export", "--database", str(desk.database)]).output)
    again = Desk(desk.path.parent / "again")
    again.path.parent.mkdir()
    again.path.write_bytes(out.read_bytes())
    assert again.run().exit_code == 0 and "q" in again.entries()


# ---------------------------------------------------------------- bad lines


BAD: dict[str, tuple[Line | str | bytes, str]] = {
    "malformed": ('{"case": "X123456/1", ', "line: not a JSON object: "),
    "not an object": ("[1, 2]", "line: not a JSON object; every line is one entry in braces"),
    "not utf-8": (json.dumps(START, ensure_ascii=False).encode("latin-1"), "line: not text in UTF-8"),
    "without type": (without(MADE, "type"), "type: missing; every line says what type of entry it is"),
    "unknown type": (
        MADE | {"type": "AppointmentMaid"}, "type: 'AppointmentMaid' is not a type of entry; did you mean 'AppointmentMade'?",
    ),
    "nothing like a type": (MADE | {"type": ["zzz"]}, "type: '['zzz']' is not a type of entry"),
    "unknown field": (MADE | {"entry": "b", "colour": "red"}, "colour: not a field of this type of entry"),
    "unknown field inside": (
        START | {"case": "X123456/2", "person": PERSON | {"shoe_size": 9}}, "person.shoe_size: not a field of this type",
    ),
    "field of another type": (BECAME | {"entry": "b", "for_on": "2005-06-01"}, "for_on: not a field of this type of entry"),
    "missing field": (without(MADE, "for_on") | {"entry": "b"}, "for_on: missing; this type of entry needs it"),
    "null field": (MADE | {"entry": None}, "entry: null; leave the field out or give a value"),
    "empty entry": (MADE | {"entry": ""}, "entry: Length must be between 1 and 200."),
    "unknown code": (
        BECAME | {"entry": "b", "outcome": "atended_complied"},
        "outcome: 'atended_complied' is not known; did you mean 'attended_complied'?",
    ),
    "nothing like a code": (MADE | {"entry": "b", "contact_type": 7}, "contact_type: '7' is not known; one of home_visit"),
    "flag as text": (MADE | {"entry": "b", "national_standards": "yes"}, "national_standards: write true or false"),
    "bad date": (MADE | {"entry": "b", "for_on": "2005-02-30"}, "for_on: not a date; write it as 2005-10-03"),
    "date as people write it": (MADE | {"entry": "b", "for_on": "1/6/2005"}, "for_on: not a date; write it as 2005-10-03"),
    "date by weeks": (MADE | {"entry": "b", "for_on": "2005-W01-1"}, "for_on: "),
    "instant without offset": (
        MADE | {"entry": "b", "recorded_at": "2005-06-01T18:00:00"},
        "recorded_at: the offset from UTC is missing; write it as 2005-10-03T14:30:00+01:00",
    ),
    "not an instant": (
        MADE | {"entry": "b", "recorded_at": "last June"},
        "recorded_at: not an instant; write it as 2005-10-03T14:30:00+01:00",
    ),
    "without a case": (without(MADE, "case") | {"entry": "b"}, "case: missing; write it like X123456/1"),
    "wrong case": (MADE | {"entry": "b", "case": "x123456/1"}, "case: 'x123456/1'; write it like X123456/1"),
    "case never begun": (MADE | {"case": "X999999/1"}, "case: there is no case X999999/1; its first entry must be"),
    "before birth": (
        line("DocumentFiled", "b", "1974-12-31", kind="psr"),
        "occurred_on: 1974-12-31 is before the year of the person's birth, 1975",
    ),
    "not yet": (MADE | {"entry": "b", "recorded_at": "2099-01-01T00:00:00Z"}, "recorded_at: 2099-01-01T00:00:00+00:00 is in the"),
    "recorded too early": (
        MADE | {"entry": "b", "occurred_on": "2005-05-21"}, "recorded_at: recorded on 2005-05-20 but dated 2005-05-21;",
    ),
    "other content": (MADE | {"for_on": "2005-06-02"}, "entry: 'a1' is already in X123456/1 with other content (for_on);"),
    "begun again": (START | {"entry": "again"}, "type: X123456/1 has already begun, by entry 'start';"),
    "refers to nothing": (BECAME | {"entry": "b", "appointment": "a9"}, "appointment: there is no entry 'a9' in X123456/1"),
    "refers to another kind": (
        BECAME | {"entry": "b", "appointment": "start"},
        "appointment: 'start' is of type SupervisionStarted; expected AppointmentMade",
    ),
    "score out of range": (
        line("AssessmentCompleted", "b", instrument="lsi_r", stage="initial", assessor="R",
             likelihood_of_reoffending={"score": 55}),
        "likelihood_of_reoffending.score: 55 is outside the range of lsi_r, 0 to 54",
    ),
    "not a number": (
        json.dumps(line("UnpaidWorkSession", "b", hours=float("nan"), outcome="sent_home")), "line: not a JSON object",
    ),
    # What no extract should hold and no import may break on.
    "a number of 5,000 digits": (json.dumps(MADE)[:-1] + ', "note": ' + "9" * 5000 + "}", "line: "),
    "brackets without end": ("[" * 100_000, "line: "),
    "half a character": (line("ContactLogged", "b", contact_type="letter", note="\ud800"), ""),
    "before all time": (
        MADE | {"entry": "b", "occurred_on": "0001-01-01"},
        "occurred_on: 0001-01-01 is not between 1900 and 2100; check the year",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_named_and_the_good_ones_are_kept(desk: Desk, name: str) -> None:
    bad, reason = BAD[name]
    result = desk.take(START, MADE, bad, BECAME)
    assert result.exit_code == 1
    (reported,) = result.stderr.splitlines()
    assert reported.startswith(f"extract.ndjson:3: {reason}")
    assert "3 entries stored, 0 already there, 1 rejected" in result.output
    assert list(desk.entries()) == ["start", "a1", "o1"]


def test_every_problem_of_a_line_is_named(desk: Desk) -> None:
    result = desk.take(START, line("AppointmentMade", "b", case="X1", for_on="soon", contact_type="ofice", colour=1))
    assert [reported.split(": ")[1] for reported in result.stderr.splitlines()] == [
        "case", "colour", "contact_type", "for_on"
    ]  # fmt: skip


def test_rejected_lines_come_in_order_of_file_and_line(tmp_path: Path) -> None:
    lines = [START, BECAME | {"entry": "x", "appointment": "a9"}, MADE | {"colour": "red"}]
    for name in ("b", "a"):
        (tmp_path / f"{name}.ndjson").write_text("".join(json.dumps(x) + "\n" for x in lines))
    result = CliRunner().invoke(main, ["import", str(tmp_path), "--database", str(tmp_path / "case.sqlite")])
    assert [x.split(": ")[0] for x in result.stderr.splitlines()] == [
        "a.ndjson:2", "a.ndjson:3", "b.ndjson:2", "b.ndjson:3"
    ]  # fmt: skip
    assert "1 entry stored, 1 already there, 4 rejected" in result.output


def test_many_bad_lines_are_counted_and_not_all_printed(desk: Desk) -> None:
    result = desk.take(START, *[MADE | {"for_on": "soon"}] * 1203)
    assert len(result.stderr.splitlines()) == 201
    assert result.stderr.splitlines()[-1] == "... and 1,003 more"
    assert "1 entry stored, 0 already there, 1,203 rejected" in result.output


# ---------------------------------------------------------------- any order, any number of times


def test_lines_are_taken_in_any_order(desk: Desk) -> None:
    fixed = line("EntryCorrected", "c1", of="o1", fields={"outcome": "sent_home"})
    undone = line("EntryWithdrawn", "w1", of="c1", reason="it was right")
    lines = [START, MADE, BECAME, fixed, undone]
    result = desk.take(*reversed(lines))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "5 entries stored, 0 already there, 0 rejected" in result.output
    assert set(desk.entries()) == {"start", "a1", "o1", "c1", "w1"}


def test_a_line_may_refer_to_another_file_of_the_same_import(tmp_path: Path) -> None:
    (tmp_path / "1.ndjson").write_text(json.dumps(BECAME) + "\n" + json.dumps(MADE))
    (tmp_path / "2.ndjson").write_text(json.dumps(START))
    result = CliRunner().invoke(main, ["import", str(tmp_path), "--database", str(tmp_path / "case.sqlite")])
    assert (result.exit_code, "3 entries stored" in result.output) == (0, True), result.output


def test_a_dry_run_reports_the_same_and_stores_nothing(desk: Desk) -> None:
    desk.write(START, BECAME, MADE, MADE, BECAME | {"entry": "x", "appointment": "a9"})
    tried = desk.run("--dry-run")
    assert tried.exit_code == 1
    assert "3 entries would be stored, 1 already there, 1 rejected" in tried.output
    assert desk.entries() == {}
    done = desk.run()
    assert done.stderr == tried.stderr
    assert "3 entries stored, 1 already there, 1 rejected" in done.output


def test_the_same_import_again_stores_nothing(desk: Desk) -> None:
    assert "3 entries stored, 0 already there, 0 rejected" in desk.take(*GOOD).output
    before = desk.entries()
    again = desk.run()
    assert again.exit_code == 0
    assert "0 entries stored, 3 already there, 0 rejected" in again.output
    assert desk.entries() == before


def test_without_a_recording_time_it_is_now_and_stays_so(desk: Desk) -> None:
    before = datetime.now(UTC)
    lines = [without(x, "recorded_at") for x in GOOD]
    assert "3 entries stored" in desk.take(*lines).output
    first = desk.entries()
    assert all(before <= fact.recorded_at <= datetime.now(UTC) for fact in first.values())
    again = desk.run()
    assert (again.exit_code, "0 entries stored, 3 already there, 0 rejected" in again.output) == (0, True), again.output
    assert desk.entries() == first
    other = desk.take(*lines[:2], lines[2] | {"outcome": "sent_home"})
    assert "with other content (outcome)" in other.stderr


def test_who_imported_is_on_record(desk: Desk) -> None:
    desk.write(*GOOD)
    desk.run()
    with closing(sqlite3.connect(desk.database)) as connection:
        ((actor,),) = connection.execute("SELECT DISTINCT actor FROM stored_events").fetchall()
    assert StoredBy.read(actor) == StoredBy(operator=f"{who_runs_it()}: import")


def test_nobody_imports_under_the_name_of_another(desk: Desk) -> None:
    desk.write(*GOOD)
    assert "No such option" in desk.run("--actor", "jo").output


@pytest.mark.parametrize("dated", [True, False], ids=["with recorded_at", "without recorded_at"])
def test_two_imports_of_the_same_file_at_once_store_it_once(desk: Desk, dated: bool) -> None:
    """The other import stores its lines while ours are decided and not yet stored."""
    desk.write(*(x if dated else without(x, "recorded_at") for x in GOOD))
    reports = [ImportReport(), ImportReport()]

    def take(files: Files, minute: int, report: ImportReport) -> None:
        now = NOW.replace(minute=minute)
        lines = read_lines(desk.path, now, report.rejected, lambda _: None)
        import_lines(files, lines, report, now=now, actor="test", keep=True)

    with closing(Files.open(str(desk.database))) as one, closing(Files.open(str(desk.database))) as other:
        store = one.store

        def overtaken(recorded: Sequence[RecordedEntry], actor: str) -> None:
            take(other, 1, reports[1])
            store(recorded, actor)

        one.store = overtaken  # type: ignore[method-assign]
        take(one, 2, reports[0])
    assert [(r.stored, r.already, r.rejected) for r in reports] == [(0, 3, []), (3, 0, [])]
    assert len(desk.entries()) == 3


# ---------------------------------------------------------------- odd files


@pytest.mark.parametrize("content", [b"", b"\n", b"\n  \n\r\n"], ids=["empty", "one newline", "blank lines"])
def test_a_file_without_lines_is_no_error(desk: Desk, content: bytes) -> None:
    desk.path.write_bytes(content)
    result = desk.run()
    assert (result.exit_code, "0 entries stored, 0 already there, 0 rejected" in result.output) == (0, True)


def test_line_ends_of_any_system_and_a_missing_last_one(desk: Desk) -> None:
    desk.path.write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(json.dumps(x).encode() for x in GOOD))
    result = desk.run()
    assert (result.exit_code, "3 entries stored" in result.output) == (0, True), result.output


def test_a_file_that_is_no_text_at_all_is_rejected(desk: Desk) -> None:
    desk.path.write_bytes(bytes(range(128, 256)) + b"\n" + bytes(range(9)) + b"\n")
    result = desk.run()
    assert result.exit_code == 1
    assert [x.split(": ")[0] for x in result.stderr.splitlines()] == ["extract.ndjson:1", "extract.ndjson:2"]


def test_a_long_note_comes_back_whole(desk: Desk) -> None:
    note = "".join(f"{n}: £ – naïve ✓\n" for n in range(10_000))[:10_000]
    assert desk.take(START, line("ContactLogged", "n1", contact_type="letter", note=note)).exit_code == 0
    kept = desk.entries()["n1"]
    assert isinstance(kept, ContactLogged) and kept.note == note and len(note) == 10_000
    longer = desk.take(line("ContactLogged", "n2", contact_type="letter", note="x" * 20_001))
    assert "extract.ndjson:1: note: Longer than maximum length 20000." in longer.stderr


@pytest.mark.parametrize(
    "name",
    [
        "Siân Ó hEadhra",
        "Łukasz Żółć",
        "Владимир Ильин",
        "محمد بن عبد الله",
        "王小明",
        "נועה לוי",
        "Nguyễn Thị Ánh",
        "👩🏽‍⚖️",
    ],
)
@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "as it is"])
def test_names_in_any_script_come_back_as_they_were(desk: Desk, name: str, escaped: bool) -> None:
    started = START | {"person": PERSON | {"name": name}, "officer": name}
    assert desk.take(json.dumps(started, ensure_ascii=escaped)).exit_code == 0
    exported = CliRunner().invoke(main, ["export", "--database", str(desk.database)]).output
    assert json.loads(exported)["person"]["name"] == json.loads(exported)["officer"] == name


# ---------------------------------------------------------------- straight into a fact, or slowly with the words


FIRST_BYTES = {
    "as export writes it": lambda line: json.dumps(line),
    "without a space": lambda line: json.dumps(line, separators=(",", ":")),
    "its file last": lambda line: json.dumps({k: line[k] for k in [*line][::-1]}),
    "after a blank": lambda line: " \t" + json.dumps(line),
}


@pytest.mark.parametrize("written", FIRST_BYTES.values(), ids=FIRST_BYTES)
def test_a_line_is_the_same_entry_however_it_is_written(desk: Desk, written: Callable[[Line], str]) -> None:
    desk.take(*(json.dumps(x) for x in GOOD))
    again = desk.take(*(written(x) for x in GOOD))
    assert "0 entries stored, 3 already there, 0 rejected" in again.output
    quick = [read_straight(written(x).encode()) is not None for x in GOOD]
    assert quick == [written is not FIRST_BYTES["its file last"]] * 3


@pytest.mark.parametrize(
    "raw",
    [
        b'{"inspection": "gloucestershire-2005", "type": "QualityJudged", "case": "X123456/1", "entry": "q", '
        b'"occurred_on": "2005-06-01", "recorded_at": "2005-06-01T18:00:00Z", "framework": "f", "question": "q", '
        b'"answer": "sufficient", "by": "b", "role": "spo"}',  # the inspection is a field here, not the file
        b'{"inspection": "gloucestershire-2005", "type": "TierSet", "entry": "t", "occurred_on": "2005-06-01", '
        b'"recorded_at": "2005-06-01T18:00:00Z", "tier": 1}',
        json.dumps(MADE).encode().replace(b'{"case": "X123456/1", ', b'{"case": "X123456/1", "case": "X123456/2", '),
        json.dumps(MADE)[:-1].encode(),
        b'{"case": "X123456/1", }',
        json.dumps(MADE | {"occurred_on": "1850-01-01"}).encode(),
        json.dumps(without(MADE, "recorded_at")).encode(),
    ],
)
def test_what_is_not_plainly_an_entry_is_read_slowly(raw: bytes) -> None:
    assert read_straight(raw) is None


@pytest.mark.parametrize("name", BAD)
def test_no_bad_line_passes_as_a_fact_unless_its_file_refuses_it(name: str) -> None:
    """What ``read_straight`` lets through, the slow way lets through too, as the same fact."""
    bad, _ = BAD[name]
    raw = bad if isinstance(bad, bytes) else (bad if isinstance(bad, str) else json.dumps(bad)).encode()
    straight = read_straight(raw)
    if straight is not None:
        assert read_entry(json.loads(raw), NOW) == (*straight, True)


# ---------------------------------------------------------------- files kept open


def test_an_entry_of_another_writer_counts_before_a_line_is_refused(desk: Desk) -> None:
    """The file stays open from batch to batch; meanwhile somebody names an assessor, and the next line needs it."""
    opened = json.dumps({
        "inspection": "i-1", "entry": "open", "type": "InspectionOpened", "occurred_on": "2005-06-01",
        "recorded_at": "2005-06-01T18:00:00+01:00", "title": "t", "area": "a", "framework": "esi-2003",
        "cases": [CASE],
    })  # fmt: skip
    named = {"inspection": "i-1", "entry": "n", "type": "AssessorNamed", "assessor": "Ann", "role": "spo"}
    given = {"inspection": "i-1", "entry": "g", "type": "ReadingAllocated", "case": CASE, "assessor": "Ann"}
    dates = {"occurred_on": "2005-06-01", "recorded_at": "2005-06-01T18:00:00+01:00"}
    report = ImportReport()

    def lines(files: Files) -> Iterator[web_lines.Line]:
        def one(raw: str) -> web_lines.Line:
            reference, fact = read_straight(raw.encode()) or pytest.fail(raw)
            return web_lines.Line("f", 1, reference, fact, True)

        yield one(opened)
        for _ in range(importer.TOGETHER - 1):
            yield one(json.dumps(START))
        _, fact = read_straight(json.dumps(named | dates).encode()) or pytest.fail("not a fact")
        wait_until(lambda: files.read("i-1").entries)  # it is being stored
        files.record("i-1", [fact], actor="other", now=NOW)
        yield one(json.dumps(given | dates))

    with closing(Files.open(str(desk.database))) as ours, closing(Files.open(str(desk.database))) as theirs:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(importer, "BATCH", 1)
            import_lines(ours, lines(theirs), report, now=NOW, actor="test", keep=True)
        assert report.rejected == [] and list(ours.read("i-1").entries) == ["open", "n", "g"]


def test_files_are_closed_again_when_they_hold_much(desk: Desk) -> None:
    cases = [START | {"case": f"X{n}/1", "person": PERSON | {"crn": f"X{n}"}} for n in range(100_000, 100_040)]
    with closing(Files.open(str(desk.database))) as files:
        writing = Writing(files, NOW, most=10)
        for case in cases:
            reference, fact = read_straight(json.dumps(case).encode()) or pytest.fail("not a fact")
            writing.take(writing.file(reference), fact)
            writing.commit("test")
            assert writing.entries_open == sum(1 + len(file.entries) for file in writing.open.values()) <= 10
        assert "X100039/1" in writing.open and files.recorder.max_notification_id() == 40


def test_a_dry_run_forgets_nothing_of_what_it_would_store(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few files it keeps open, and however few lines it decides at once."""
    monkeypatch.setattr(importer, "TOGETHER", 1)
    monkeypatch.setattr(importer, "BATCH", 1)
    monkeypatch.setattr("domain.store.writing.Writing.__init__.__defaults__", (1,))
    monkeypatch.setattr("domain.store.dry_run.DryRun.__init__.__defaults__", (1,))
    other = START | {"case": "X654321/1", "person": PERSON | {"crn": "X654321"}}
    desk.write(START, other, MADE, BECAME, MADE, START | {"officer": "Somebody else"})
    tried = desk.run("--dry-run")
    assert "4 entries would be stored, 1 already there, 1 rejected" in tried.output
    assert desk.entries() == {}


def test_what_was_decided_on_a_batch_that_failed_is_decided_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another writer takes the place of what is being stored, while further lines are decided that rest on it."""
    monkeypatch.setattr(importer, "TOGETHER", 1)
    monkeypatch.setattr(importer, "BATCH", 1)
    desk.take(START)
    made = [MADE | {"entry": f"a{n}"} for n in range(1, 4)]
    became = [BECAME | {"entry": f"o{n}", "appointment": f"a{n}"} for n in range(1, 4)]
    odd = BECAME | {"entry": "o9", "appointment": "a9"}
    desk.write(*(x for pair in zip(made, became, strict=True) for x in pair), odd, MADE | {"for_on": "2005-06-02"})
    report, ours_began = ImportReport(), threading.Event()
    with closing(Files.open(str(desk.database))) as ours, closing(Files.open(str(desk.database))) as theirs:
        store, other = ours.store, iter([ContactLogged(
            entry="other", occurred_on=date(2005, 6, 1), recorded_at=NOW, contact_type="telephone"
        )])  # fmt: skip

        def overtaken(recorded: Sequence[RecordedEntry], actor: str) -> None:
            ours_began.wait()
            for fact in other:
                theirs.record(CASE, [fact], actor="other", now=NOW)
            store(recorded, actor)

        def lines() -> Iterator[web_lines.Line]:
            for number, line in enumerate(read_lines(desk.path, NOW, report.rejected, lambda _: None)):
                if number == 1:
                    ours_began.set()  # the first is being stored, and this one is decided on it
                yield line

        ours.store = overtaken  # type: ignore[method-assign]
        import_lines(ours, lines(), report, now=NOW, actor="test", keep=True)
    assert (report.stored, report.already) == (6, 0)
    assert [(x.line, x.field) for x in sorted(report.rejected)] == [(7, "appointment"), (8, "entry")]
    assert list(desk.entries()) == ["start", "other", "a1", "o1", "a2", "o2", "a3", "o3"]
