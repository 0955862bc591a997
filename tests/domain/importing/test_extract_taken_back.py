"""What a source takes back: void rows, rows of another case now, rows passed over, rows that have vanished."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.entries.case_entries import EntryWithdrawn, SupervisionStarted
from tests.domain.importing.test_extracts import FIRST, MAPPING, SECOND, START, Cells, Source, as_csv, of

VOID = 'key: "NO"\n    withdrawn_when: {DELETED: {is: "1"}}'
OUTCOME = of(1, "AppointmentOutcomeRecorded")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def rows(source: Source, *rows: Cells) -> None:
    """Write contacts with a column that says which are deleted, and when."""
    head = [*FIRST, "DELETED", "CHANGED"]
    (source.folder / "contacts.csv").write_text(
        as_csv([{"DELETED": "0", "CHANGED": ""} | row for row in rows], head), encoding="utf-8"
    )


def with_part(part: str) -> str:
    return MAPPING.replace('key: "NO"', f'key: "NO"\n    {part}')


def night(source: Source, day: int, *options: str, code: int = 0) -> str:
    result = source.run("--extracted-at", f"2005-05-{day:02}T02:00:00+01:00", *options, code=code)
    return result.output


# ---------------------------------------------------------------- void rows


def test_a_row_that_becomes_void_withdraws_its_entries_with_time_and_reason(source: Source) -> None:
    source.map(MAPPING.replace('key: "NO"', VOID))
    rows(source, FIRST, SECOND)
    night(source, 13)
    rows(source, FIRST | {"DELETED": "1", "TYPE": "?", "FOR": "soon"}, SECOND)
    said = night(source, 14)
    assert "2 entries stored (2 withdrawals), 2 already there, 0 rejected" in said
    assert "rows that give no entry: 1 of contacts.csv (1 void)" in said
    assert (
        "taken back by the source, and withdrawn:\n  contacts 1: AppointmentMade of X123456/1, the row is void" in said
    )
    assert source.file()[f"{of(1)}:withdrawn:1"] == EntryWithdrawn(
        entry=f"{of(1)}:withdrawn:1", of=of(1), occurred_on=date(2005, 5, 14),
        recorded_at=datetime(2005, 5, 14, 1, tzinfo=UTC), reason="taken back by the source: the row is void",
    )  # fmt: skip
    assert of(1) not in source.reads() and OUTCOME not in source.reads() and of(2) in source.reads()
    assert of(1) in source.reads(datetime(2005, 5, 14, tzinfo=UTC)), "the file read so until the extract"
    again = night(source, 15)
    assert "0 entries stored, 2 already there, 0 rejected" in again and "no longer" not in again


def test_the_mapping_may_say_when_and_why_a_row_was_deleted(source: Source) -> None:
    withdrawal = 'withdrawal: {recorded_at: CHANGED, recorded_by: {value: dlow}, reason: {text: "deleted: {TYPE}"}}'
    source.map(MAPPING.replace('key: "NO"', f"{VOID}\n    {withdrawal}"))
    rows(source, FIRST, SECOND)
    night(source, 12)
    rows(source, FIRST, SECOND | {"DELETED": "1", "CHANGED": "13/05/2005 15:00"})
    night(source, 14)
    made = source.file()[f"{of(2)}:withdrawn:1"]
    assert isinstance(made, EntryWithdrawn)
    assert (made.occurred_on, made.recorded_at) == (date(2005, 5, 13), datetime(2005, 5, 13, 14, tzinfo=UTC))
    assert (made.reason, made.recorded_by) == ("deleted: O", "dlow")
    assert of(2) in source.reads(datetime(2005, 5, 13, 13, tzinfo=UTC))
    assert of(2) not in source.reads(datetime(2005, 5, 13, 15, tzinfo=UTC))


def test_a_void_row_whose_time_cannot_be_read_is_rejected_where_it_withdraws_something(source: Source) -> None:
    source.map(MAPPING.replace('key: "NO"', f"{VOID}\n    withdrawal: {{recorded_at: CHANGED}}"))
    rows(source, FIRST)
    night(source, 12)
    void = {"DELETED": "1", "CHANGED": "?"}
    rows(source, FIRST | void, SECOND | void)
    said = night(source, 13, code=1)
    assert "contacts.csv:2: EntryWithdrawn.recorded_at: '?' is no time" in said
    assert "contacts.csv:3" not in said, "never taken in: it gives nothing"
    assert source.rejects("contacts")[0]["NO"] == "1" and of(1) in source.reads()


def test_an_appointment_is_put_off_in_the_night_in_which_its_result_is_cleared(source: Source) -> None:
    """Its new day is after that of the result, so it can be taken only with the withdrawal of the result."""
    night(source, 12)
    source.write("contacts", FIRST | {"FOR": "26/05/2005", "OUTCOME": ""}, SECOND)
    assert "2 entries stored (1 correction of changed rows, 1 withdrawal), 2 already there, 0 rejected" in night(
        source, 13
    )
    assert source.reads()[of(1)].for_on == date(2005, 5, 26)  # type: ignore[attr-defined]
    assert OUTCOME not in source.reads()


def test_a_beginning_that_is_void_makes_room_for_another(source: Source) -> None:
    source.map(
        MAPPING.replace("key: REF\n", "key: CRN\n    withdrawn_when: {TEAM: {is: VOID}}\n", 1)
        .replace("person.crn: CRN", 'person.crn: {value: X123456}')
    )  # fmt: skip
    night(source, 12)
    source.write("cases", START | {"CRN": "2", "TEAM": "Stroud"}, START | {"TEAM": "VOID"})
    assert "2 entries stored (1 withdrawal), 3 already there, 0 rejected" in night(source, 13)
    begun = [fact.team for fact in source.reads().values() if isinstance(fact, SupervisionStarted)]
    assert begun == ["Stroud"]


def test_a_row_that_was_never_taken_in_and_is_void_gives_nothing(source: Source) -> None:
    source.map(MAPPING.replace('key: "NO"', VOID))
    rows(source, FIRST | {"DELETED": "1", "REF": ""}, SECOND)
    assert "2 entries stored, 0 already there, 0 rejected" in night(source, 13)
    assert of(1) not in source.file()


def test_a_row_that_comes_back_alive_withdraws_the_withdrawal(source: Source) -> None:
    source.map(MAPPING.replace('key: "NO"', VOID))
    rows(source, FIRST)
    night(source, 12)
    rows(source, FIRST | {"DELETED": "1"})
    night(source, 13)
    rows(source, FIRST | {"TYPE": "H"})
    said = night(source, 14)
    assert "3 entries stored (1 correction of changed rows, 2 withdrawals taken back), 1 already there" in said
    restored = source.file()[f"{of(1)}:restored:1"]
    assert isinstance(restored, EntryWithdrawn) and restored.of == f"{of(1)}:withdrawn:1"
    assert source.reads()[of(1)].contact_type == "home_visit" and OUTCOME in source.reads()  # type: ignore[attr-defined]
    assert of(1) not in source.reads(datetime(2005, 5, 13, 12, tzinfo=UTC))
    assert "0 entries stored, 3 already there, 0 rejected" in night(source, 15)
    for day, deleted in ((16, "1"), (17, "0"), (18, "1")):
        rows(source, FIRST | {"DELETED": deleted, "TYPE": "H"})
        night(source, day)
        assert (of(1) in source.reads()) is (deleted == "0")
    assert f"{of(1)}:withdrawn:3" in source.file() and f"{of(1)}:restored:3" not in source.file()


def test_an_older_extract_neither_takes_back_nor_gives_again_what_a_newer_one_did(source: Source) -> None:
    source.map(MAPPING.replace('key: "NO"', VOID))
    rows(source, FIRST)
    night(source, 12)
    rows(source, FIRST | {"DELETED": "1"})
    night(source, 14)
    rows(source, FIRST)
    assert "import extracts in the order in which they were made" in night(source, 13, code=1)
    night(source, 16)
    rows(source, FIRST | {"DELETED": "1"})
    assert "import extracts in the order in which they were made" in night(source, 15, code=1)
    assert of(1) in source.reads()


def test_what_a_hand_gave_again_or_withdrew_stays_so_until_the_source_says_something_new(source: Source) -> None:
    source.map(MAPPING.replace('key: "NO"', VOID))
    rows(source, FIRST)
    night(source, 12)
    void = FIRST | {"DELETED": "1"}
    rows(source, void)
    night(source, 13)
    hand = {"occurred_on": date(2005, 5, 13), "recorded_at": datetime(2005, 5, 13, 9, tzinfo=UTC), "reason": "was held"}
    source.record(EntryWithdrawn(entry="hand", of=f"{of(1)}:withdrawn:1", **hand))
    said = night(source, 14)
    assert of(1) in source.reads() and "AppointmentMade" not in said, "the source says nothing new"
    rows(source, FIRST)
    night(source, 15)
    source.record(EntryWithdrawn(entry="hand-2", of=of(1), **hand))
    assert "0 entries stored" in night(source, 16)
    assert of(1) not in source.reads(), "withdrawn by hand, and the source gives it as before"


def test_a_dry_run_says_what_would_be_withdrawn(source: Source) -> None:
    source.map(MAPPING.replace('key: "NO"', VOID))
    rows(source, FIRST)
    night(source, 12)
    rows(source, FIRST | {"DELETED": "1"})
    said = night(source, 13, "--dry-run")
    assert (
        "2 entries would be stored (2 withdrawals)" in said
        and "taken back by the source, and would be withdrawn" in said
    )
    assert of(1) in source.reads()


def test_a_part_of_an_extract_takes_back_what_its_rows_say(source: Source) -> None:
    source.map(MAPPING.replace('key: "NO"', f"{VOID}\n    gone: withdraw"))
    rows(source, FIRST, SECOND)
    night(source, 12)
    rows(source, SECOND | {"DELETED": "1"})
    assert "1 entry stored (1 withdrawal)" in night(source, 13, "--part")
    assert of(1) in source.reads() and of(2) not in source.reads(), "what is not in a part has not vanished"


# ---------------------------------------------------------------- vanished


def test_a_vanished_row_is_withdrawn_where_the_mapping_says_so(source: Source) -> None:
    source.map(with_part("gone: withdraw"))
    night(source, 12)
    source.write("contacts", SECOND)
    said = night(source, 13)
    assert "2 entries stored (2 withdrawals), 2 already there" in said
    assert (
        "  contacts 1: AppointmentMade of X123456/1, the row is gone" in said and "2 entries no longer in the" in said
    )
    assert {of(1), OUTCOME}.isdisjoint(source.reads())
    with (source.folder / "rejected" / "gone-from-test.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [(one["entry"], one["done"]) for one in csv.DictReader(stream)] == [
            (of(1), "withdrawn"), (OUTCOME, "withdrawn")
        ]  # fmt: skip
    assert "no longer" not in night(source, 14)
    source.write("contacts", FIRST, SECOND)
    night(source, 15)
    assert {of(1), OUTCOME} <= set(source.reads())


@pytest.mark.parametrize("change", [{"NO": ""}, {"NO": "1,2"}])
def test_a_table_with_rows_that_cannot_be_read_withdraws_no_vanished_row(source: Source, change: Cells) -> None:
    source.map(with_part("gone: withdraw"))
    night(source, 12)
    bad = as_csv([FIRST | change, SECOND]).replace('"1,2"', "1,2")
    (source.folder / "contacts.csv").write_text(bad)
    said = night(source, 13, code=1)
    assert (
        "contacts 1: AppointmentMade of X123456/1, the row is gone; not withdrawn, as rows of its table could not"
        in said
    )
    assert of(1) in source.reads()


def test_a_table_cut_to_nothing_empties_no_file(source: Source) -> None:
    source.map(with_part("gone: withdraw"))
    night(source, 12)
    source.write("contacts")
    assert "the row is gone; not withdrawn, as its table has no rows at all" in night(source, 13)
    assert of(1) in source.reads()


# ---------------------------------------------------------------- there, and said no longer


@pytest.mark.parametrize(("gone", "stays"), [("", False), ("gone: withdraw", False), ("gone: report", True)])
def test_a_row_that_is_passed_over_now_or_gives_an_entry_no_longer(source: Source, gone: str, stays: bool) -> None:
    source.map(with_part(f'{gone}\n    when: {{TYPE: {{is_not: "X"}}}}'))
    night(source, 12)
    source.write("contacts", FIRST | {"OUTCOME": ""}, SECOND | {"TYPE": "X"})
    said = night(source, 13)
    assert "contacts 1: AppointmentOutcomeRecorded of X123456/1, the row no longer gives it" in said
    assert "contacts 2: AppointmentMade of X123456/1, the row is passed over now" in said
    assert (OUTCOME in source.reads()) is stays and (of(2) in source.reads()) is stays
    assert of(1) in source.reads()
    assert ("2 entries no longer in the source" in night(source, 14)) is stays


def test_an_entry_that_the_mapping_no_longer_knows_is_only_listed(source: Source) -> None:
    night(source, 12)
    source.map(MAPPING[: MAPPING.index("      - type: AppointmentOutcomeRecorded")])
    assert "nothing was withdrawn" in night(source, 13)
    assert OUTCOME in source.reads()


def test_a_row_that_moved_is_withdrawn_where_it_was_and_given_in_the_other_case(source: Source) -> None:
    other = "X123456/2"
    source.write("cases", START, START | {"REF": other})
    night(source, 12)
    source.write("contacts", FIRST | {"REF": other}, SECOND)
    said = night(source, 13)
    assert "4 entries stored (2 withdrawals), 3 already there" in said
    assert "contacts 1: AppointmentMade of X123456/1, the row is of case X123456/2 now" in said
    assert {of(1), OUTCOME}.isdisjoint(source.reads()) and {of(1), OUTCOME} <= set(source.file(other))
    assert "no longer" not in night(source, 14)
    source.write("contacts", FIRST, SECOND)
    assert "(2 withdrawals, 2 withdrawals taken back)" in night(source, 15)
    assert {of(1), OUTCOME} <= set(source.reads())
    assert f"{of(1)}:withdrawn:1" in source.file(other)


def test_a_row_that_moved_to_a_case_that_does_not_take_it_stays_where_it_was(source: Source) -> None:
    night(source, 12)
    source.write("contacts", FIRST | {"REF": "X123456/9"}, SECOND)
    said = night(source, 13, code=1)
    assert "there is no case X123456/9" in said
    assert "contacts 1: AppointmentMade of X123456/1, the row is of case X123456/9 now, which did not take it" in said
    assert {of(1), OUTCOME} <= set(source.reads())


# ---------------------------------------------------------------- the same row twice


def test_equal_rows_are_one_and_are_noted(source: Source) -> None:
    source.write("contacts", FIRST, FIRST, SECOND, FIRST)
    said = source.run().output
    assert "4 entries stored, 0 already there, 0 rejected" in said
    assert "rows that repeat another, taken once: 2 of contacts.csv" in said
    source.write("contacts", FIRST, FIRST | {"TYPE": "H"}, SECOND)
    assert "contacts.csv:3: key: 1 is the key of line 2 too" in source.run(code=1).output
    assert source.reads()[of(1)].contact_type == "office"  # type: ignore[attr-defined]
