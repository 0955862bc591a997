"""Rows that have gone from an extract, and rows that are rejected."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.entries.case_entries import (
    ContactLogged,
    EntryWithdrawn,
)
from domain.importing.extracts.csv_tables import REASON
from tests.domain.importing.test_extracts import CASE, FIRST, MAPPING, SECOND, START, Cells, Source, as_csv, of


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
