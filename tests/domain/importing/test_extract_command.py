"""The command that imports an extract: odd tables, options, two at once, killed."""

import csv
import io
import os
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.aggregates.case_file import RecordedEntry
from domain.importing.extracts.csv_tables import TableFile
from domain.importing.extracts.missing_rows import RowsSeen
from domain.store.application import Files
from tests.domain.importing.test_extracts import CASE, EXAMPLES, FIRST, MAPPING, SECOND, START, Source, as_csv, of
from tests.support.hanging import wait_until


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
    assert next(iter(source.file().values())).officer == 'Ruth "the first"; Able, white'  # type: ignore[attr-defined]
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
    wait_until(lambda: process.poll() is not None or _stored(source.database), look=0.002)
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
