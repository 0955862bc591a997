"""Extracts: tables of a case system become entries; again and again, changed, with rows gone, with rows rejected."""

import csv
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.amendments import known
from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve
from domain.aggregates.source_entries import RowEntry, correction_of, restate
from domain.entries.case_entries import (
    AppointmentMade,
    ContactLogged,
    Entry,
    EntryCorrected,
    EntryWithdrawn,
    SupervisionStarted,
)
from domain.importing.extracts.csv_tables import REASON, TableFile
from domain.importing.extracts.missing_rows import RowsSeen
from domain.store.application import Files
from projections.history.history import History
from tests.support.histories import PERSON, PLACE, Line, facts_of
from web.cli import main

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "extracts"
CASE = "X123456/1"

MAPPING = """
source: test
dates: "%d/%m/%Y"
times: "%d/%m/%Y %H:%M"
tables:
  cases:
    key: REF
    case: REF
    gives:
      - type: SupervisionStarted
        fields:
          occurred_on: STARTED
          recorded_at: ENTERED
          person.crn: CRN
          person.name: NAME
          person.date_of_birth: BORN
          person.gender: {column: SEX, codes: {F: female, M: male}}
          person.ethnicity: {value: NS}
          person.disability: {value: false}
          order_type: {value: community_order}
          area: {value: Gloucestershire}
          division: {value: North}
          team: TEAM
          officer: OFFICER
          officer_grade: {value: po}
          tier: TIER
  contacts:
    key: "NO"
    case: REF
    gives:
      - type: AppointmentMade
        fields:
          occurred_on: MADE
          recorded_at: ENTERED
          for_on: FOR
          contact_type: {column: TYPE, codes: {O: office, H: home_visit}}
      - type: AppointmentOutcomeRecorded
        when: {OUTCOME: filled}
        fields:
          occurred_on: FOR
          appointment: {entry: AppointmentMade}
          outcome: {column: OUTCOME, codes: {ATT: attended_complied, UNA: unacceptable_absence, SENT: sent_home}}
"""

START = {
    "REF": CASE, "CRN": "X123456", "NAME": "Zoë Person", "BORN": "28/02/1975", "SEX": "F", "STARTED": "03/05/2005",
    "TEAM": "Cheltenham", "OFFICER": "Ruth Ablewhite", "TIER": "3", "ENTERED": "03/05/2005 10:00",
}  # fmt: skip
FIRST = {
    "NO": "1", "REF": CASE, "MADE": "03/05/2005", "FOR": "05/05/2005", "TYPE": "O", "OUTCOME": "ATT",
    "ENTERED": "03/05/2005 10:05",
}  # fmt: skip
SECOND = FIRST | {"NO": "2", "MADE": "05/05/2005", "FOR": "12/05/2005", "OUTCOME": "", "ENTERED": "05/05/2005 16:00"}

Cells = dict[str, str]


def as_csv(rows: list[Cells], head: list[str] | None = None, delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, head or list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Source:
    """A folder with an extract, and the ordinary command to import it."""

    def __init__(self, folder: Path):
        self.folder, self.database = folder / "extract", folder / "case.sqlite"
        self.folder.mkdir()
        self.map(MAPPING)
        self.write("cases", START)
        self.write("contacts", FIRST, SECOND)

    def map(self, mapping: str) -> None:
        (self.folder / "mapping.yaml").write_text(mapping, encoding="utf-8")

    def write(self, table: str, *rows: Cells, encoding: str = "utf-8") -> None:
        head = list(START if table == "cases" else FIRST)
        (self.folder / f"{table}.csv").write_bytes(as_csv(list(rows), head).encode(encoding))

    def run(self, *options: str, code: int = 0, folder: Path | None = None) -> Result:
        command = ["import", str(folder or self.folder), "--database", str(self.database), *options]
        result = CliRunner().invoke(main, command)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def file(self, reference: str = CASE) -> dict[str, Entry]:
        with closing(Files.open(str(self.database))) as files:
            assert max(files.recorder.verify(), default=0) == (files.recorder.max_notification_id() or 0)
            return files.read(reference).entries

    def reads(self, known_at: datetime | None = None) -> dict[str, Entry]:
        return {fact.entry: fact for fact in known(self.file().values(), known_at)}

    def record(self, fact: Entry) -> None:
        """Record an entry by hand."""
        with closing(Files.open(str(self.database))) as files:
            files.record(CASE, [fact], actor="hand")

    def rejects(self, table: str, folder: Path | None = None) -> list[Cells]:
        path = (folder or self.folder / "rejected") / f"{table}.csv"
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def of(number: int | str, name: str = "AppointmentMade") -> str:
    return f"test:contacts:{number}:{name}"


# ---------------------------------------------------------------- once, and again


def test_rows_become_entries_as_the_mapping_says(source: Source) -> None:
    assert (
        "4 entries stored, 0 already there, 0 rejected"
        in source.run("--extracted-at", "2005-05-13T02:00:00+01:00").output
    )
    file = source.file()
    started = file["test:cases:X123456~2F1:SupervisionStarted"]
    assert isinstance(started, SupervisionStarted)
    assert (started.person.name, started.person.date_of_birth, started.tier) == ("Zoë Person", date(1975, 2, 28), 3)
    assert started.recorded_at == datetime(2005, 5, 3, 9, 0, tzinfo=UTC), "10:00 in London in May"
    first = file[of(1)]
    assert isinstance(first, AppointmentMade) and (first.for_on, first.contact_type) == (date(2005, 5, 5), "office")
    outcome = file[of(1, "AppointmentOutcomeRecorded")]
    assert outcome.recorded_at == datetime(2005, 5, 13, 1, 0, tzinfo=UTC), "no column says when: at the extract"
    assert of(2, "AppointmentOutcomeRecorded") not in file
    made = History.of(file.values()).appointments[of(1)]
    assert made.outcome == "attended_complied"
    assert not (source.folder / "rejected").exists()


def test_the_same_extract_again_makes_no_doubles(source: Source) -> None:
    source.run()
    before = source.file()
    again = source.run()
    assert "0 entries stored, 4 already there, 0 rejected" in again.output
    assert "no longer" not in again.output
    assert source.file() == before


def test_a_dry_run_says_the_same_and_stores_and_writes_nothing(source: Source) -> None:
    source.write("contacts", FIRST, SECOND | {"TYPE": "X"})
    tried = source.run("--dry-run", code=1)
    assert "3 entries would be stored, 0 already there, 1 rejected" in tried.output
    assert not source.database.exists() and not (source.folder / "rejected").exists()
    done = source.run(code=1)
    assert done.stderr == tried.stderr


def test_a_row_may_come_before_what_it_refers_to(source: Source) -> None:
    tables = MAPPING.index("  cases:"), MAPPING.index("  contacts:")
    source.map(MAPPING[: tables[0]] + MAPPING[tables[1] :] + MAPPING[tables[0] : tables[1]])
    assert "4 entries stored, 0 already there, 0 rejected" in source.run().output


# ---------------------------------------------------------------- changed


def test_a_changed_row_corrects_its_entry_from_the_extract_on(source: Source) -> None:
    source.run("--extracted-at", "2005-05-13T02:00:00+01:00")
    source.write("contacts", FIRST, SECOND | {"FOR": "11/05/2005", "TYPE": "H"})
    result = source.run("--extracted-at", "2005-05-14T02:00:00+01:00")
    assert "1 entry stored (1 correction of changed rows), 3 already there, 0 rejected" in result.output
    corrected = source.file()[correction_of(of(2), 1)]
    assert corrected == EntryCorrected(
        entry="test:contacts:2:AppointmentMade:corrected:1", of=of(2), occurred_on=date(2005, 5, 14),
        recorded_at=datetime(2005, 5, 14, 1, 0, tzinfo=UTC), fields={"for_on": "2005-05-11", "contact_type": "home_visit"},
    )  # fmt: skip

    def day(known_at: datetime | None) -> Any:
        return source.reads(known_at)[of(2)].for_on  # type: ignore[attr-defined]

    assert day(datetime(2005, 5, 14, tzinfo=UTC)) == date(2005, 5, 12), "the file read so until the extract"
    assert day(None) == date(2005, 5, 11)
    assert "0 entries stored, 5 already there" not in source.run().output
    assert "0 entries stored, 4 already there, 0 rejected" in source.run().output


def test_a_row_that_changes_to_and_fro_is_corrected_each_time(source: Source) -> None:
    for night in range(1, 5):
        source.write("contacts", FIRST, SECOND | {"FOR": f"{10 + night % 2}/05/2005"})
        source.run("--extracted-at", f"2005-05-{13 + night}T02:00:00+01:00")
    assert source.reads()[of(2)].for_on == date(2005, 5, 10)  # type: ignore[attr-defined]
    assert [f.entry for f in source.file().values() if isinstance(f, EntryCorrected)] == [
        correction_of(of(2), number) for number in (1, 2, 3)
    ]


def test_what_has_gone_from_a_row_goes_from_its_entry(source: Source) -> None:
    source.run()
    source.write("cases", START | {"TIER": ""})
    assert "(1 correction of changed rows)" in source.run().output
    started = source.reads()["test:cases:X123456~2F1:SupervisionStarted"]
    assert isinstance(started, SupervisionStarted) and started.tier is None
    exported = CliRunner().invoke(main, ["export", "--database", str(source.database)]).output
    copy = source.folder.parent / "copy.ndjson"
    copy.write_text(exported)
    other = CliRunner().invoke(main, ["import", str(copy), "--database", str(source.folder.parent / "copy.sqlite")])
    assert "5 entries stored, 0 already there, 0 rejected" in other.output


def test_an_outcome_that_comes_later_is_an_entry_of_its_own(source: Source) -> None:
    source.run("--extracted-at", "2005-05-12T02:00:00+01:00")
    source.write("contacts", FIRST, SECOND | {"OUTCOME": "UNA"})
    result = source.run("--extracted-at", "2005-05-13T02:00:00+01:00")
    assert "1 entry stored, 4 already there, 0 rejected" in result.output


def test_another_recording_time_in_the_row_changes_nothing(source: Source) -> None:
    source.run()
    source.write("contacts", FIRST | {"ENTERED": "04/05/2005 09:00"}, SECOND)
    assert "0 entries stored, 4 already there, 0 rejected" in source.run().output


def test_what_is_corrected_by_hand_stays_until_the_source_says_something_new(source: Source) -> None:
    source.run("--extracted-at", "2005-05-13T02:00:00+01:00")
    source.record(
        EntryCorrected(
            entry="by hand",
            of=of(2),
            occurred_on=date(2005, 5, 13),
            recorded_at=datetime(2005, 5, 13, 9, tzinfo=UTC),
            fields={"for_on": "2005-05-10"},
        )
    )
    assert "0 entries stored, 4 already there, 0 rejected" in source.run().output
    assert source.reads()[of(2)].for_on == date(2005, 5, 10)  # type: ignore[attr-defined]
    source.write("contacts", FIRST, SECOND | {"FOR": "09/05/2005"})
    assert "1 entry stored (1 correction" in source.run().output
    assert source.reads()[of(2)].for_on == date(2005, 5, 9)  # type: ignore[attr-defined]


def test_an_older_extract_does_not_unsay_a_newer_one(source: Source) -> None:
    source.run("--extracted-at", "2005-05-13T02:00:00+01:00")
    source.write("contacts", FIRST | {"TYPE": "H"}, SECOND)
    source.run("--extracted-at", "2005-05-15T02:00:00+01:00")
    source.write("contacts", FIRST, SECOND)
    result = source.run("--extracted-at", "2005-05-14T02:00:00+01:00", code=1)
    assert "contacts.csv:2: AppointmentMade.recorded_at: this extract is of 2005-05-14" in result.stderr
    assert "import extracts in the order in which they were made" in result.stderr


def test_a_change_that_could_not_have_been_recorded_is_rejected(source: Source) -> None:
    source.run()
    source.write("contacts", FIRST, SECOND | {"MADE": "01/01/1970"})
    result = source.run(code=1)
    assert (
        "contacts.csv:3: AppointmentMade.fields.occurred_on: 1970-01-01 is before the person's birth" in result.stderr
    )


START_LINE: Line = {
    "type": "SupervisionStarted", "entry": "s", "occurred_on": "2005-05-03", "recorded_at": "2005-05-03T12:00:00Z",
    "person": PERSON, **PLACE, "officer": "Ruth Ablewhite", "officer_grade": "po", "order_type": "licence",
}  # fmt: skip


def test_a_changed_row_may_refer_to_a_row_further_on(source: Source) -> None:
    reference = "appointment: {entry: AppointmentMade, table: contacts, key: ABOUT}"
    source.map(MAPPING.replace("appointment: {entry: AppointmentMade}", reference))
    head = [*FIRST, "ABOUT"]

    def write(*rows: Cells) -> None:
        (source.folder / "contacts.csv").write_text(as_csv(list(rows), head))

    write(FIRST | {"ABOUT": "1"})
    source.run()
    write(FIRST | {"ABOUT": "2"}, SECOND | {"ABOUT": ""})
    assert "2 entries stored (1 correction of changed rows), 2 already there, 0 rejected" in source.run().output
    assert source.reads()[of(1, "AppointmentOutcomeRecorded")].appointment == of(2)  # type: ignore[attr-defined]


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(source=texts.filter(lambda t: ":" not in t), key=st.lists(texts, min_size=1, max_size=3).map(tuple))
def test_an_entry_id_tells_its_row(source: str, key: tuple[str, ...]) -> None:
    row = RowEntry(source, "contacts", key, "made")
    assert RowEntry.read(str(row)) == row
    assert RowEntry.read(correction_of(str(row), 1)) is None


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from([None, "x", "y"])), min_size=1, max_size=8))
def test_after_each_extract_the_file_reads_as_the_source_says(words: list[tuple[str, str | None]]) -> None:
    """Whatever a source says night after night, the entry reads as it said last, and every night as it said then."""
    began = datetime(2005, 5, 3, 12, tzinfo=UTC)
    file, said = CaseFile(CASE), []
    (start,) = facts_of([START_LINE])
    entries: list[Entry] = [start]
    for night, (note, with_) in enumerate(words, start=1):
        at = began + timedelta(days=night)
        entries.append(
            ContactLogged(
                entry="q:t:1:n", occurred_on=began.date(), recorded_at=at, contact_type="other", note=note, with_=with_
            )
        )
        said.append((at, note, with_))
    now = began + timedelta(days=100)
    file = evolve(file, RecordedEntry(CASE, 1, start))
    for fact in entries[1:]:
        for repeat in (1, 2):
            fresh = decide(file, restate(file, fact, fact.recorded_at), now)
            assert repeat == 1 or not fresh
            for one in fresh:
                file = evolve(file, RecordedEntry(CASE, file.version + 1, one))
    for at, note, with_ in said:
        (read,) = [f for f in known(file.entries.values(), at + timedelta(hours=1)) if isinstance(f, ContactLogged)]
        assert (read.note, read.with_) == (note, with_)


# ---------------------------------------------------------------- gone


def test_what_has_gone_from_the_source_is_listed_and_stays(source: Source) -> None:
    source.run()
    source.write("contacts", SECOND | {"FOR": "12/05/2005"})
    result = source.run()
    assert "  contacts 1: AppointmentMade of X123456/1, the row is gone" in result.output
    assert "  contacts 1: AppointmentOutcomeRecorded of X123456/1, the row is gone" in result.output
    assert "2 entries no longer in the source" in result.output
    assert of(1) in source.reads()
    with (source.folder / "rejected" / "gone-from-test.csv").open(encoding="utf-8-sig", newline="") as stream:
        listed = list(csv.DictReader(stream))
    assert [(one["case"], one["table"], one["key"], one["entry"]) for one in listed] == [
        (CASE, "contacts", "1", of(1)), (CASE, "contacts", "1", of(1, "AppointmentOutcomeRecorded"))
    ]  # fmt: skip
    source.record(
        EntryWithdrawn(
            entry="w",
            of=of(1),
            reason="not in the case system",
            occurred_on=date(2005, 6, 1),
            recorded_at=datetime(2005, 6, 1, 9, tzinfo=UTC),
        )
    )
    assert "  contacts 1: AppointmentMade" not in source.run().output, "what was withdrawn is settled"
    source.write("contacts", FIRST, SECOND)
    assert "no longer" not in source.run().output
    assert not (source.folder / "rejected" / "gone-from-test.csv").exists()


def test_an_entry_that_its_row_no_longer_gives_is_listed(source: Source) -> None:
    source.run()
    source.write("contacts", FIRST | {"OUTCOME": ""}, SECOND)
    result = source.run()
    assert "contacts 1: AppointmentOutcomeRecorded of X123456/1, the row no longer gives it" in result.output
    assert "1 entry no longer in the source" in result.output


def test_a_row_that_has_moved_to_another_case_is_listed_in_the_first(source: Source) -> None:
    other = START | {"REF": "X123456/2"}
    source.write("cases", START, other)
    source.run()
    source.write("contacts", FIRST, SECOND | {"REF": "X123456/2"})
    result = source.run()
    assert "contacts 2: AppointmentMade of X123456/1, the row is of case X123456/2 now" in result.output
    assert of(2) in source.file("X123456/2")


def test_a_rejected_row_has_not_gone(source: Source) -> None:
    source.run()
    source.write("contacts", FIRST | {"TYPE": "?"}, SECOND | {"REF": ""})
    assert "no longer" not in source.run(code=1).output


def test_other_entries_do_not_count_as_gone(source: Source) -> None:
    """Those of another source, those entered by hand, and those of a table that is not there."""
    source.run()
    hand = {"entry": "by:hand:7:x", "occurred_on": date(2005, 6, 1), "recorded_at": datetime(2005, 6, 1, 9, tzinfo=UTC)}
    source.record(ContactLogged(contact_type="letter", **hand))
    source.map(MAPPING.replace("  contacts:\n", "  contacts:\n    optional: true\n"))
    (source.folder / "contacts.csv").unlink()
    assert "no longer" not in source.run().output


def test_a_part_of_an_extract_lists_nothing(source: Source) -> None:
    source.run()
    (source.folder / "cases.csv").unlink()
    source.write("contacts", SECOND | {"TYPE": "H"})
    result = source.run("--part")
    assert "1 entry stored (1 correction of changed rows), 0 already there" in result.output
    assert "no longer" not in result.output


def test_many_entries_gone_are_counted_and_not_all_printed(source: Source) -> None:
    source.write("contacts", *[SECOND | {"NO": str(number)} for number in range(1, 251)])
    source.run()
    source.write("contacts")
    result = source.run()
    assert len([line for line in result.output.splitlines() if "the row is gone" in line]) == 200
    assert "... and 50 more" in result.output and "250 entries no longer in the source" in result.output
    with (source.folder / "rejected" / "gone-from-test.csv").open(encoding="utf-8-sig") as stream:
        assert len(stream.readlines()) == 251


# ---------------------------------------------------------------- rejected


BAD_ROWS: dict[str, tuple[Cells, str]] = {
    "unmapped code": (
        {"OUTCOME": "UNAX"}, "AppointmentOutcomeRecorded.outcome (OUTCOME): 'UNAX' is not among its codes in the mapping "
        "(did you mean 'UNA'?); add it there, or correct the row",
    ),
    "code like nothing": ({"TYPE": "9"}, "AppointmentMade.contact_type (TYPE): '9' is not among its codes in the mapping; add it"),
    "impossible date": ({"FOR": "30/02/2005"}, "AppointmentMade.for_on (FOR): '30/02/2005' is no day written as %d/%m/%Y"),
    "date of another kind": ({"FOR": "2005-05-12"}, "AppointmentMade.for_on (FOR): '2005-05-12' is no day written as %d/%m/%Y"),
    "missing": ({"TYPE": " "}, "AppointmentMade.contact_type (TYPE): missing; this type of entry needs it"),
    "key blank": ({"NO": ""}, "key: NO must be filled"),
    "case blank": ({"REF": ""}, "case: REF must be filled"),
    "case wrong": ({"REF": "123/4"}, "AppointmentMade.case: '123/4'; write it like X123456/1"),
    "key twice": ({"NO": "1"}, "key: 1 is the key of line 2 too, and was taken from there; a key is of one row"),
    "key too long": ({"NO": "9" * 200}, "AppointmentMade.entry: longer than 180 characters: test:contacts:999"),
    "recorded too early": ({"MADE": "06/05/2005"}, "AppointmentMade.recorded_at: recorded on 2005-05-05 but dated 2005-05-06"),
    "recorded in no hour": (
        {"ENTERED": "27/03/2005 01:30"}, "AppointmentMade.recorded_at (ENTERED): '27/03/2005 01:30' is a time that no clock showed",
    ),
    "recorded in two hours": (
        {"ENTERED": "30/10/2005 01:30"}, "AppointmentMade.recorded_at (ENTERED): '30/10/2005 01:30' came twice in Europe/London",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_named_and_the_good_ones_are_kept(source: Source, name: str) -> None:
    change, reason = BAD_ROWS[name]
    third = SECOND | {"NO": "3"} | change
    source.write("contacts", FIRST, third, SECOND)
    result = source.run(code=1)
    assert result.stderr.splitlines()[0].startswith(f"contacts.csv:3: {reason}"), result.stderr
    assert {of(1), of(2)} <= set(source.file())
    (rejected,) = source.rejects("contacts")
    assert rejected.pop(REASON).startswith(reason)
    assert rejected == third


def test_rejected_rows_are_corrected_and_fed_again(source: Source) -> None:
    source.write("contacts", FIRST | {"OUTCOME": "?", "TYPE": "?"}, SECOND, SECOND | {"NO": "3", "FOR": "soon"})
    assert "2 entries stored, 0 already there, 3 rejected" in source.run(code=1).output
    rejects = source.folder / "rejected" / "contacts.csv"
    first, third = source.rejects("contacts")
    assert "; " in first[REASON] and first["NO"] == "1" and third["NO"] == "3"
    corrected = [first | {"OUTCOME": "ATT", "TYPE": "O"}, third | {"FOR": "19/05/2005"}]
    rejects.write_text(as_csv(corrected))
    mapping = str(source.folder / "mapping.yaml")
    result = source.run("--mapping", mapping, folder=rejects.parent)
    assert "3 entries stored, 0 already there, 0 rejected" in result.output
    assert "no longer" not in result.output, "rejected rows are a part of the extract"
    source.write("contacts", FIRST, SECOND, SECOND | {"NO": "3", "FOR": "19/05/2005"})
    assert "0 entries stored, 5 already there, 0 rejected" in source.run().output
    assert not rejects.exists() and rejects.with_name("contacts.csv.before").exists()


def test_rows_of_a_case_whose_opening_row_was_rejected_wait_for_it(source: Source) -> None:
    source.write("cases", START | {"BORN": "1975"}, START | {"REF": "X123456/2"})
    result = source.run(code=1)
    assert (
        "contacts.csv:2: AppointmentMade.case: there is no case X123456/1; its first entry must be SupervisionStarted, "
        "which was rejected (cases.csv:2)" in result.stderr
    )
    assert source.file() == {} and len(source.file("X123456/2")) == 1
    (case,) = source.rejects("cases")
    (source.folder / "rejected" / "cases.csv").write_text(as_csv([case | {"BORN": "28/02/1975"}]))
    mapping = str(source.folder / "mapping.yaml")
    assert "4 entries stored" in source.run("--mapping", mapping, folder=source.folder / "rejected").output


def test_an_opening_row_that_the_file_refuses_is_named_too(source: Source) -> None:
    source.write("cases", START | {"CRN": "X999999"})
    result = source.run(code=1)
    assert "cases.csv:2: SupervisionStarted.person.crn: 'X999999' is not the CRN of the case X123456/1" in result.stderr
    assert "which was rejected (cases.csv:2)" in result.stderr


def test_rejects_go_where_they_are_asked_for(source: Source, tmp_path: Path) -> None:
    source.write("contacts", FIRST | {"TYPE": "?"})
    source.run("--rejects", str(tmp_path / "elsewhere"), code=1)
    assert source.rejects("contacts", tmp_path / "elsewhere")[0]["NO"] == "1"
    assert not (source.folder / "rejected").exists()


def test_rejects_that_cannot_be_written_are_said(source: Source, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    source.write("contacts", FIRST | {"TYPE": "?"})
    result = source.run("--rejects", str(tmp_path / "file" / "inside"), code=1)
    assert "name a folder to write to: --rejects" in result.stderr
    assert of(1, "AppointmentOutcomeRecorded") not in source.file()


# ---------------------------------------------------------------- odd tables


def test_tables_without_rows_are_no_error(source: Source) -> None:
    source.write("cases")
    source.write("contacts")
    assert "0 entries stored, 0 already there, 0 rejected" in source.run().output


@pytest.mark.parametrize("encoding", ["utf-8-sig", "windows-1252"])
def test_names_come_back_as_they_were_in_other_encodings(source: Source, encoding: str) -> None:
    if encoding != "utf-8-sig":
        source.map(MAPPING + f"encoding: {encoding}\n")
    source.write("cases", START | {"NAME": "Zoë – Ó Briain €"}, encoding=encoding)
    source.write("contacts", FIRST | {"TYPE": "€"}, encoding=encoding)
    source.run(code=1)
    assert source.file() and next(iter(source.file().values())).person.name == "Zoë – Ó Briain €"  # type: ignore[attr-defined]
    rejected = (source.folder / "rejected" / "contacts.csv").read_bytes().decode(encoding)
    assert next(csv.DictReader(io.StringIO(rejected)))["TYPE"] == "€"


def test_a_row_in_another_encoding_is_rejected_and_comes_back_byte_for_byte(source: Source) -> None:
    start, other = as_csv([START]).encode(), as_csv([START | {"REF": "X123456/2", "NAME": "Zo\xeb"}])
    body = other.split("\r\n", 1)[1].encode("latin-1")
    (source.folder / "cases.csv").write_bytes(start + body)
    result = source.run(code=1)
    assert "cases.csv:3: row: not text in utf-8; is it another encoding?" in result.stderr
    assert (source.folder / "rejected" / "cases.csv").read_bytes().endswith(b"encoding?," + body)


def test_quoted_newlines_quotes_and_delimiters_stay_in_their_cell(source: Source) -> None:
    odd = 'Ruth "the\r\nfirst"; Able, white\n'
    source.write("cases", START | {"OFFICER": odd}, START | {"REF": "X123456/2", "BORN": "?"})
    result = source.run(code=1)
    assert next(iter(source.file().values())).officer == odd.strip().replace("\r", "")  # type: ignore[attr-defined]
    assert "cases.csv:5: SupervisionStarted.person.date_of_birth" in result.stderr, "the line on which the row begins"
    source.map(MAPPING + 'delimiter: ";"\n')
    (source.folder / "cases.csv").write_text(as_csv([START | {"OFFICER": odd}], delimiter=";"), newline="")
    (source.folder / "contacts.csv").write_text(as_csv([FIRST], delimiter=";"), newline="")
    assert "0 rejected" in source.run().output


def test_rows_that_are_no_rows_are_rejected_as_they_are(source: Source) -> None:
    text = as_csv([FIRST, SECOND], list(FIRST))
    head, first, second, _ = text.split("\r\n")
    rows = ["1,2,3", head, "", f"{first},more", second, '"open, never closed', "and, so, on"]
    (source.folder / "contacts.csv").write_text("\r\n".join(rows[1:] + rows[:1]) + "\r\n", newline="")
    result = source.run(code=1)
    assert "contacts.csv:3: row: 8 cells, and the head names 7 columns" in result.stderr
    assert "contacts.csv:5: row: not a row of a table: unexpected end of data; look at its quotes" in result.stderr
    kept = (source.folder / "rejected" / "contacts.csv").read_text(encoding="utf-8-sig")
    assert f"{first},more" in kept and "never closed" in kept and of(2) in source.file()


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    path, seen = tmp_path / "long.csv", RowsSeen("test")
    with path.open("w") as stream:
        stream.write("KEY,NOTE\n")
        stream.writelines(f"{number},{'x' * 80}\n" for number in range(50_000))
    tracemalloc.start()
    for row in TableFile(path, "utf-8", ",").rows():
        seen.add("long", [row.cells["KEY"]], row.line, CASE, ["made"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000 < path.stat().st_size


# ---------------------------------------------------------------- the command


def test_a_folder_without_a_mapping_says_what_is_missing(source: Source) -> None:
    (source.folder / "mapping.yaml").unlink()
    result = source.run(code=2)
    assert (
        "no .ndjson file in this folder, and no mapping.yaml for tables in CSV; name one with --mapping"
        in result.stderr
    )


def test_an_extract_is_imported_by_itself(source: Source, tmp_path: Path) -> None:
    assert "import it by itself" in source.run(str(EXAMPLES.parent / "example.ndjson"), code=2).stderr
    (source.folder / "x.ndjson").write_text("")
    assert "name the files, or the --mapping" in source.run(code=2).stderr
    mapping = str(source.folder / "mapping.yaml")
    alone = source.run("--mapping", mapping, folder=EXAMPLES.parent / "example.ndjson", code=2)
    assert "--mapping is for one folder" in alone.stderr
    part = source.run("--part", folder=EXAMPLES.parent / "example.ndjson", code=2)
    assert "--rejects, --part and --extracted-at are for a folder with a mapping.yaml" in part.stderr


@pytest.mark.parametrize(
    ("when", "says"), [("hindsight", "write an instant"), ("2099-01-01T00:00:00Z", "is in the future")]
)
def test_an_extract_was_made_at_some_instant(source: Source, when: str, says: str) -> None:
    assert says in source.run("--extracted-at", when, code=2).stderr


def test_two_imports_of_the_same_extract_at_once_correct_once(source: Source) -> None:
    """The other import stores its corrections while ours are decided and not yet stored."""
    from domain.importing.extracts.extract import Extract
    from domain.importing.importer import ImportReport

    source.run("--extracted-at", "2005-05-13T02:00:00+01:00")
    source.write("contacts", FIRST | {"TYPE": "H"}, SECOND)
    now, reports = datetime.now(UTC), [ImportReport(), ImportReport()]

    def opened() -> Extract:
        return Extract.open(source.folder, source.folder / "mapping.yaml", now)

    with closing(Files.open(str(source.database))) as ours, closing(Files.open(str(source.database))) as theirs:
        store = ours.store

        def overtaken(recorded: Sequence[RecordedEntry], actor: str) -> None:
            opened().take(theirs, reports[1], lambda size: None, now=now, actor="other", keep=True)
            store(recorded, actor)

        ours.store = overtaken  # type: ignore[method-assign]
        opened().take(ours, reports[0], lambda size: None, now=now, actor="test", keep=True)
    assert [(r.stored, r.corrected, r.already, r.rejected) for r in reports] == [(0, 0, 4, []), (1, 1, 3, [])]


def test_a_killed_import_is_completed_by_the_same_command(source: Source) -> None:
    cases = [START | {"REF": f"X{number}/1", "CRN": f"X{number}"} for number in range(100_000, 101_200)]
    rows = [
        FIRST | {"NO": f"{number}-{case['CRN']}", "REF": case["REF"]} for case in cases for number in range(5)
    ]  # fmt: skip
    source.write("cases", *cases)
    source.write("contacts", *rows)
    total = len(cases) + 2 * len(rows)
    command = [sys.executable, "-c", "from web.cli import main; main()", "import", str(source.folder)]
    process = subprocess.Popen([*command, "--database", str(source.database)], stdout=subprocess.DEVNULL)
    while process.poll() is None and not _stored(source.database):
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = _stored(source.database)
    assert 0 < before < total
    done = source.run()
    assert f"{total - before:,} entries stored, {before:,} already there, 0 rejected" in done.output
    assert "no longer" not in done.output
    assert f"0 entries stored, {total:,} already there, 0 rejected" in source.run().output


def _stored(database: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT COUNT(*) FROM stored_events").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


# ---------------------------------------------------------------- the examples of the documents


@pytest.mark.parametrize(("name", "entries", "cases"), [("crams", 26, 3), ("delius", 16, 2)])
def test_the_examples_are_taken_whole_and_again(name: str, entries: int, cases: int, tmp_path: Path) -> None:
    command = [
        "import", str(EXAMPLES / name), "--mapping", str(EXAMPLES / f"{name}.yaml"), "--rejects", str(tmp_path),
        "--database", str(tmp_path / "x.sqlite"),
    ]  # fmt: skip
    first = CliRunner().invoke(main, command)
    assert f"{entries} entries stored, 0 already there, 0 rejected" in first.output, first.output
    assert f"0 entries stored, {entries} already there, 0 rejected" in CliRunner().invoke(main, command).output
    exported = CliRunner().invoke(main, ["export", "--database", str(tmp_path / "x.sqlite")]).output
    assert exported.count('"SupervisionStarted"') == cases


def test_the_example_of_crams_tells_its_story(tmp_path: Path) -> None:
    database = str(tmp_path / "x.sqlite")
    command = ["import", str(EXAMPLES / "crams"), "--mapping", str(EXAMPLES / "crams.yaml"), "--rejects", str(tmp_path)]
    CliRunner().invoke(main, [*command, "--database", database])
    case = ["case", "X210001/1", "--as-at", "2005-06-10", "--known-at", "hindsight", "--database", database]
    text = CliRunner().invoke(main, case).output
    assert "Sam Médard  community order, Jo Officer, Cheltenham" in text
    assert 'Letter asking for an explanation:\n"please write by 18 May" – no answer so far' in text
    assert "met       initial-supervision-plan" in text and "met       assessment-countersigned" in text
    assert "met_late  absence-explanation" in text and "overdue   risk-management-plan" in text


def test_the_walk_through_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "extracts.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLES / "crams", "tonight")

    def prints(folder: str) -> None:
        mapping = str(EXAMPLES / "crams.yaml")
        result = CliRunner().invoke(main, ["import", folder, "--mapping", mapping, "--database", "crams.sqlite"])
        command = f"    $ caseaudit import {folder} --mapping docs/extracts/crams.yaml --database crams.sqlite\n"
        assert command + "".join(f"    {line}\n" for line in result.output.splitlines()) in page, result.output

    prints("tonight")
    contacts = Path("tonight/CONTACTS.csv")
    text = contacts.read_text(encoding="windows-1252")
    text = text.replace("08/04/2005,15/04/2005,TEL", "08/04/2005,18/04/2005,TEL").replace(",UNA,", ",UNX,")
    contacts.write_text("".join(row for row in text.splitlines(keepends=True) if "50007" not in row), "windows-1252")
    prints("tonight")
    rejected = Path("tonight/rejected/CONTACTS.csv")
    rejected.write_text(rejected.read_text("windows-1252").replace(",UNX,", ",ATT,"), "windows-1252")
    prints("tonight/rejected")


def test_the_mapping_that_the_page_shows_is_that_of_the_example() -> None:
    page = (ROOT / "docs" / "extracts.md").read_text(encoding="utf-8")
    example = {line.strip() for line in (EXAMPLES / "crams.yaml").read_text(encoding="utf-8").splitlines()}
    shown = page[page.index("    contacts:\n") : page.index("            outcome: {column: RESULT")]
    assert {line.strip() for line in shown.splitlines()} <= example


def test_the_example_of_delius_tells_its_story(tmp_path: Path) -> None:
    database = str(tmp_path / "x.sqlite")
    command = [
        "import",
        str(EXAMPLES / "delius"),
        "--mapping",
        str(EXAMPLES / "delius.yaml"),
        "--rejects",
        str(tmp_path),
    ]
    assert (
        "rows that give no entry: 1 of contact.csv"
        in CliRunner().invoke(main, [*command, "--database", database]).output
    )
    case = ["case", "X310002/3", "--as-at", "2015-04-01", "--known-at", "hindsight", "--database", database]
    text = CliRunner().invoke(main, case).output
    assert "Grace Okoro  licence, Kim Park, Gloucester" in text
    for words in ("MAPPA", "Recall requested", "acceptable absence", "Released on: 9 Mar 2015"):
        assert words in text, words
