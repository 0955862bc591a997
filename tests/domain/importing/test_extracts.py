"""Extracts: tables of a case system become entries; again and again, and changed."""

import csv
import io
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

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
    SupervisionStarted,
)
from domain.store.application import Files
from domain.store.log_check import check_log
from projections.history.history import History
from tests.support.histories import PERSON, PLACE, Line, facts_of
from tests.support.opened import opened
from tests.support.repository import ROOT
from web.cli import main

EXAMPLES = ROOT / "docs" / "extracts"
MAPPINGS = ROOT / "domain" / "importing" / "mappings"
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
            assert max(check_log(files.recorder), default=0) == (files.recorder.max_notification_id() or 0)
            return opened(files, reference)

    def reads(self, known_at: datetime | None = None) -> dict[str, Entry]:
        return {fact.entry: fact for fact in known(self.file().values(), known_at)}

    def record(self, fact: Entry) -> None:
        """Record an entry by hand."""
        with closing(Files.open(str(self.database))) as files:
            files.record(CASE, [fact], actor="hand")

    def rejects(self, table: str, folder: Path | None = None) -> list[Cells]:
        path = (folder or self.folder / "rejected") / f"{table}.csv"
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


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
        "contacts.csv:3: AppointmentMade.fields.occurred_on: 1970-01-01 is before the year of the person's birth"
        in result.stderr
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
    write(FIRST | {"ABOUT": "2"}, SECOND | {"ABOUT": "", "FOR": "05/05/2005"})
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
