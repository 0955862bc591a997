"""The extracts of the documents are imported as the documents say."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.domain.importing.test_extracts import EXAMPLES, MAPPINGS
from tests.support.repository import ROOT
from web.cli import main


@pytest.mark.parametrize(("name", "entries", "cases"), [("crams", 26, 3), ("delius", 16, 2)])
def test_the_examples_are_taken_whole_and_again(name: str, entries: int, cases: int, tmp_path: Path) -> None:
    command = [
        "import", str(EXAMPLES / name), "--mapping", str(MAPPINGS / f"{name}.yaml"), "--rejects", str(tmp_path),
        "--database", str(tmp_path / "x.sqlite"),
    ]  # fmt: skip
    first = CliRunner().invoke(main, command)
    assert f"{entries} entries stored, 0 already there, 0 rejected" in first.output, first.output
    assert f"0 entries stored, {entries} already there, 0 rejected" in CliRunner().invoke(main, command).output
    exported = CliRunner().invoke(main, ["export", "--database", str(tmp_path / "x.sqlite")]).output
    assert exported.count('"SupervisionStarted"') == cases


def test_the_example_of_crams_tells_its_story(tmp_path: Path) -> None:
    database = str(tmp_path / "x.sqlite")
    command = ["import", str(EXAMPLES / "crams"), "--mapping", str(MAPPINGS / "crams.yaml"), "--rejects", str(tmp_path)]
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
        mapping = str(MAPPINGS / "crams.yaml")
        result = CliRunner().invoke(main, ["import", folder, "--mapping", mapping, "--database", "crams.sqlite"])
        command = (
            f"    $ caseaudit import {folder} --mapping domain/importing/mappings/crams.yaml --database crams.sqlite\n"
        )
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
    example = {line.strip() for line in (MAPPINGS / "crams.yaml").read_text(encoding="utf-8").splitlines()}
    shown = page[page.index("    contacts:\n") : page.index("            outcome: {column: RESULT")]
    assert {line.strip() for line in shown.splitlines()} <= example


def test_the_example_of_delius_tells_its_story(tmp_path: Path) -> None:
    database = str(tmp_path / "x.sqlite")
    command = [
        "import",
        str(EXAMPLES / "delius"),
        "--mapping",
        str(MAPPINGS / "delius.yaml"),
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
    for words in ("MAPPA", "Recall requested", "Did not attend, acceptable", "Released on: 9 Mar 2015"):
        assert words in text, words


def shown(head: str) -> str:
    """A table that the page shows: its lines from this head on."""
    page = (ROOT / "docs" / "extracts.md").read_text(encoding="utf-8")
    lines = page[page.index(f"    {head}") :].split("\n\n")[0].splitlines()
    return "".join(f"{line.strip()}\n" for line in lines)


def imported(folder: Path, mapping: str) -> str:
    """Import the folder by a mapping, print what came out."""
    (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    return CliRunner().invoke(main, ["import", str(folder), "--database", str(folder.parent / "x.sqlite")]).output


def test_one_person_with_two_crns_comes_from_the_row_to_the_case_as_the_page_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "extracts.md").read_text(encoding="utf-8")
    mapping = (MAPPINGS / "crams.yaml").read_text(encoding="utf-8")
    folder = Path(shutil.copytree(EXAMPLES / "crams", tmp_path / "tonight"))
    (folder / "MERGES.csv").write_text(shown("MERGE_NO,"))
    (folder / "RENUMBERED.csv").write_text(shown("CHANGE_NO,"))
    assert "29 entries stored, 0 already there, 0 rejected" in imported(folder, mapping)
    database = str(tmp_path / "x.sqlite")
    for case in ("X210001/1", "X210002/1"):
        options = ["--as-at", "2005-06-10", "--known-at", "hindsight", "--database", database]
        entries = CliRunner().invoke(main, ["case", case, *options]).output
        lines = [line for line in entries.splitlines() if "crams:merges" in line[:30] or "crams:renumbered" in line]
        assert len(lines) == (2 if case == "X210001/1" else 1)
        assert all(f"\n    {line.strip()}\n" in page for line in lines), entries


def test_the_rows_of_a_crn_that_was_replaced_stay_with_their_case_by_a_lookup(tmp_path: Path) -> None:
    mapping = (MAPPINGS / "crams.yaml").read_text(encoding="utf-8")
    folder = Path(shutil.copytree(EXAMPLES / "crams", tmp_path / "tonight"))
    imported(folder, mapping)
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"X210002", b"X990002"))
    lookup = "    cells: {CRN: {lookup: renumbered, unlisted: keep}}\n    case: "
    kept = mapping.replace("    case: ", lookup, 5).replace("codes:\n", "codes:\n  renumbered: {X990002: X210002}\n", 1)
    assert "0 entries stored, 26 already there, 0 rejected" in imported(folder, kept)
    moved = imported(folder, mapping)
    assert "of X210002/1, the row is of case X990002/1 now" in moved, "without it, the case would begin anew"


def test_an_appointment_put_off_before_its_day_is_taken_and_attendance_before_it_is_refused(tmp_path: Path) -> None:
    mapping = (MAPPINGS / "delius.yaml").read_text(encoding="utf-8")
    folder = Path(shutil.copytree(EXAMPLES / "delius", tmp_path / "tonight"))
    contacts = (folder / "contact.csv").read_text(encoding="utf-8-sig")
    before = contacts.replace(
        "20-MAR-2015 00:00:00|Y|Y|NULL|NULL", "20-MAR-2015 00:00:00|Y|Y|RESC|18-MAR-2015 10:00:00"
    )
    (folder / "contact.csv").write_text(before, encoding="utf-8")
    assert "17 entries stored, 0 already there, 0 rejected" in imported(folder, mapping)
    (folder / "contact.csv").write_text(before.replace("ATTC|06-MAR", "ATTC|05-MAR"), encoding="utf-8")
    refused = imported(folder, mapping)
    assert (
        "contact.csv:2: AppointmentOutcomeRecorded.fields.occurred_on: attended_complied on 2015-03-05, before the"
        in refused
    )


HEAD = (EXAMPLES / "delius" / "contact.csv").read_text(encoding="utf-8-sig").splitlines()[0]
SEEN = "9000000091|X390009|1|COAP|06-MAY-2005 00:00:00|Y|Y|ATTC|09-MAY-2005 09:40:00|NULL|09-MAY-2005 09:40:00|0"
DELETED = "9000000092|X390009|1|COAP|18-MAY-2005 00:00:00|Y|Y|UAAB|18-MAY-2005 17:00:00|NULL|16-MAY-2005 15:45:00|"

VOID, PASSED = 'withdrawn_when: {SOFT_DELETED: {is: "1"}}', 'when: {SOFT_DELETED: {is: "0"}}'
EARLIEST, KEYED = "occurred_on: {earliest: [CONTACT_DATE, CREATED_DATETIME]}", "occurred_on: CREATED_DATETIME"

NIGHTS = {
    "as the example is": [],
    "as the example was": [(VOID, PASSED), (EARLIEST, KEYED)],
    "with gone": [(VOID, f"{PASSED}\n    gone: withdraw")],
    "void, and made when keyed": [(EARLIEST, KEYED)],
}


def two_nights(folder: Path, change: list[tuple[str, str]]) -> list[str]:
    """Seen on Friday and keyed on Monday; another contact deleted on the second night. What ``case`` prints each night."""
    mapping = (MAPPINGS / "delius.yaml").read_text(encoding="utf-8")
    for was, is_ in change:
        assert was in mapping
        mapping = mapping.replace(was, is_)
    for path in (EXAMPLES / "delius").glob("*.csv"):
        head, first = path.read_text(encoding="utf-8-sig").splitlines()[:2]
        start = first.replace("X310001", "X390009").replace("MAR-2015", "MAY-2005").replace("2016", "2006")
        (folder / path.name).write_text(f"{head}\n{start}\n" if path.stem == "event" else f"{head}\n")
    printed, case = [], ["case", "X390009/1", "--as-at", "2005-05-20", "--known-at", "hindsight", "--database"]
    for deleted in "01":
        (folder / "contact.csv").write_text(f"{HEAD}\n{SEEN}\n{DELETED}{deleted}\n")
        assert ", 0 rejected" in imported(folder, mapping)
        printed.append(CliRunner().invoke(main, [*case, str(folder.parent / "x.sqlite")]).output)
    return printed


@pytest.mark.parametrize("name", NIGHTS)
def test_a_contact_deleted_on_the_second_night_meets_and_raises_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "tonight").mkdir()
    first, second = two_nights(tmp_path / "tonight", NIGHTS[name])
    assert "entry delius:contact:9000000092" in first
    assert "delius:contact:9000000092" not in second
    assert "delius:contact:9000000091:outcome" in second


@pytest.mark.parametrize("name", NIGHTS)
def test_who_was_seen_on_friday_and_keyed_on_monday_was_seen_in_that_week(name: str, tmp_path: Path) -> None:
    (tmp_path / "tonight").mkdir()
    for printed in two_nights(tmp_path / "tonight", NIGHTS[name]):
        (first_week,) = (
            line for line in printed.splitlines() if "contact-frequency" in line and ": 2 May 2005 to" in line
        )
        assert "Met on 6 May 2005, entry delius:contact:9000000091:appointment" in first_week
