"""Tables joined by key, cells changed before they are read, the earlier of two dates."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.domain.importing.test_extracts import CASE, FIRST, MAPPING, SECOND, START, Cells, Source, as_csv, of

PEOPLE = {"PERSON_ID": "0077", "PCRN": "x123456", "SURNAME": "Person", "FIRST": "Zoë", "GENDER": "F", "DEAD": "0"}
STAFF = {"STAFF_ID": "5", "WHO": "Ruth Ablewhite", "TEAM_ID": "CH", "CURRENT": "Y"}
TEAMS = {"TEAM_ID": "CH", "TEAM_NAME": "Cheltenham"}
ORDER = {"ORDER_ID": "9", "PERSON_ID": "77", "NUMBER": "001", "STARTED": "03/05/2005", "STAFF_ID": "5"}
CONTACT = {"NO": "1", "ORDER_ID": "9", "FOR": "05/05/2005", "KEYED": "09/05/2005 09:40", "TYPE": "o"}

JOINED = """
source: test
dates: "%d/%m/%Y"
times: "%d/%m/%Y %H:%M"
tables:
  people:
    withdrawn_when: {DEAD: {is: "1"}}
    cells: {PERSON_ID: strip_zeros, PCRN: upper}
  staff:
    when: {CURRENT: {is: Y}}
    joins: {team: {table: teams, on: {TEAM_ID: TEAM_ID}}}
  teams: {}
  orders:
    key: ORDER_ID
    case: {text: "{person.PCRN}/{NUMBER}"}
    cells: {NUMBER: strip_zeros}
    joins:
      person: {table: people, on: {PERSON_ID: PERSON_ID}}
      officer: {table: staff, on: {STAFF_ID: STAFF_ID}}
    gives:
      - type: SupervisionStarted
        fields:
          occurred_on: STARTED
          person.crn: person.PCRN
          person.name: {text: "{person.FIRST} {person.SURNAME}"}
          person.date_of_birth: {value: "1975-02-28"}
          person.gender: {column: person.GENDER, codes: {F: female, M: male}}
          person.ethnicity: {value: NS}
          person.disability: {value: false}
          order_type: {value: community_order}
          area: {value: Gloucestershire}
          division: {value: North}
          team: officer.team.TEAM_NAME
          officer: officer.WHO
          officer_grade: {value: po}
  contacts:
    key: "NO"
    case: {text: "{order.person.PCRN}/{order.NUMBER}"}
    joins: {order: {table: orders, on: {ORDER_ID: ORDER_ID}}}
    cells: {TYPE: [upper, {lookup: {OFF: O}, unlisted: keep}]}
    gives:
      - type: AppointmentMade
        fields:
          occurred_on: {earliest: [FOR, KEYED]}
          recorded_at: KEYED
          for_on: FOR
          contact_type: {column: TYPE, codes: {O: office, H: home_visit}}
"""


class Joined(Source):
    """A folder with people, staff, teams, orders and contacts in tables of their own."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        (self.folder / "cases.csv").unlink()
        self.map(JOINED)
        for name, row in {
            "people": PEOPLE,
            "staff": STAFF,
            "teams": TEAMS,
            "orders": ORDER,
            "contacts": CONTACT,
        }.items():
            self.rows(name, row)

    def rows(self, table: str, *rows: Cells) -> None:
        (self.folder / f"{table}.csv").write_text(as_csv(list(rows)), encoding="utf-8")


@pytest.fixture
def joined(tmp_path: Path) -> Joined:
    return Joined(tmp_path)


def test_rows_are_read_with_those_of_other_tables(joined: Joined) -> None:
    assert "2 entries stored, 0 already there, 0 rejected" in joined.run().output
    started, made = joined.file().values()
    assert (started.person.crn, started.person.name) == ("X123456", "Zoë Person")  # type: ignore[attr-defined]
    assert (started.officer, started.team) == ("Ruth Ablewhite", "Cheltenham")  # type: ignore[attr-defined]
    assert (made.occurred_on, made.recorded_at) == (date(2005, 5, 5), datetime(2005, 5, 9, 8, 40, tzinfo=UTC))
    joined.rows("teams", TEAMS | {"TEAM_NAME": "Cheltenham East"})
    assert "1 entry stored (1 correction of changed rows), 1 already there, 0 rejected" in joined.run().output


@pytest.mark.parametrize(
    ("table", "rows", "reason"),
    [
        ("people", [PEOPLE | {"PERSON_ID": "78"}],
         "orders.csv:2: case: person: people.csv has no row with PERSON_ID '77'; add it there, or write optional: true at the "
         "join person"),
        ("people", [PEOPLE, PEOPLE | {"PERSON_ID": "77", "FIRST": "Zoe"}],
         "orders.csv:2: case: person: people.csv has different rows with PERSON_ID '77', in lines 2 and 3; correct them"),
        ("staff", [STAFF | {"CURRENT": "N"}],
         "orders.csv:2: SupervisionStarted.officer (officer.WHO): officer: staff.csv has no row with STAFF_ID '5'"),
        ("teams", [TEAMS | {"TEAM_ID": "GL"}],
         "orders.csv:2: SupervisionStarted.team (officer.team.TEAM_NAME): team: teams.csv has no row with TEAM_ID 'CH'"),
    ],
)  # fmt: skip
def test_a_missing_or_doubled_key_is_named_by_file_line_and_key(
    joined: Joined, table: str, rows: list[Cells], reason: str
) -> None:
    joined.rows(table, *rows)
    assert reason in joined.run(code=1).stderr


def test_equal_rows_those_that_do_not_count_and_void_ones_double_no_key(joined: Joined) -> None:
    joined.rows("people", PEOPLE, PEOPLE, PEOPLE | {"FIRST": "Ann", "DEAD": "1"})
    joined.rows("staff", STAFF | {"WHO": "Before Me", "CURRENT": "N"}, STAFF)
    assert "2 entries stored, 0 already there, 0 rejected" in joined.run().output


def test_a_void_row_is_joined_where_no_other_has_its_key_so_that_what_is_of_it_may_be_void_too(joined: Joined) -> None:
    joined.map(JOINED.replace('    key: "NO"', '    key: "NO"\n    withdrawn_when: {order.person.DEAD: {is: "1"}}'))
    joined.run()
    joined.rows("people", PEOPLE | {"DEAD": "1"})
    said = joined.run().output
    assert "1 entry stored (1 withdrawal), 1 already there, 0 rejected" in said
    assert "contacts 1: AppointmentMade of X123456/1, the row is void" in said


def test_a_join_may_be_optional_and_its_column_blank(joined: Joined) -> None:
    joined.map(
        JOINED.replace("on: {STAFF_ID: STAFF_ID}}", "on: {STAFF_ID: STAFF_ID}, optional: true}").replace(
            "officer: officer.WHO", 'officer: {column: officer.WHO, codes: {"": "Nobody", Ruth Ablewhite: RA}}'
        ).replace("team: officer.team.TEAM_NAME", "team: {value: Cheltenham}")
    )  # fmt: skip
    joined.rows("orders", ORDER | {"STAFF_ID": "6"}, ORDER | {"ORDER_ID": "10", "NUMBER": "2", "STAFF_ID": ""})
    assert "3 entries stored, 0 already there, 0 rejected" in joined.run().output
    for reference in (CASE, "X123456/2"):
        assert next(iter(joined.file(reference).values())).officer == "Nobody"  # type: ignore[attr-defined]


def test_a_joined_table_that_is_not_there_is_named_before_any_row_is_read(joined: Joined) -> None:
    (joined.folder / "teams.csv").unlink()
    said = joined.run("--part", code=2).stderr
    assert "tables.staff.joins.team.table: teams.csv is not in the folder, and the rows of staff.csv need it" in said
    assert not joined.database.exists()


def test_rejected_rows_are_written_with_the_tables_joined_to_them(joined: Joined) -> None:
    joined.rows("contacts", CONTACT | {"TYPE": "?"})
    joined.run(code=1)
    again = joined.folder / "rejected"
    assert {path.name for path in again.iterdir()} == {
        f"{n}.csv" for n in ("contacts", "orders", "people", "staff", "teams")
    }
    (corrected,) = joined.rejects("contacts")
    (again / "contacts.csv").write_text(as_csv([corrected | {"TYPE": "off"}]))
    mapping = str(joined.folder / "mapping.yaml")
    said = joined.run("--mapping", mapping, folder=again).output
    assert "1 entry stored, 1 already there, 0 rejected" in said


def test_a_row_of_a_joined_table_that_cannot_be_read_is_rejected(joined: Joined) -> None:
    with (joined.folder / "teams.csv").open("a") as stream:
        stream.write("a,b,c\r\n")
    said = joined.run(code=1)
    assert "teams.csv:3: row: 3 cells, and the head names 2 columns" in said.stderr
    assert "2 entries stored" in said.output
    assert joined.rejects("teams")[-1]["TEAM_ID"] == "a"


def test_a_text_that_a_lookup_does_not_list_is_an_error_or_kept(joined: Joined) -> None:
    joined.map(JOINED.replace(", unlisted: keep", ""))
    said = joined.run(code=1).stderr
    assert "contacts.csv:2: AppointmentMade.contact_type (TYPE): TYPE: 'O' is not in its lookup in the mapping" in said
    joined.rows("contacts", CONTACT | {"TYPE": "off"})
    assert "1 entry stored, 1 already there" in joined.run().output


def test_a_condition_on_a_cell_that_cannot_be_read_rejects_the_row_and_takes_nothing_back(source: Source) -> None:
    source.run()
    parts = 'key: "NO"\n    gone: withdraw\n    when: {TYPE: {is_not: X}}\n    cells: {TYPE: {lookup: {O: O, H: H}}}'
    source.map(MAPPING.replace('key: "NO"', parts))
    source.write("contacts", FIRST | {"TYPE": "P"}, SECOND)
    said = source.run(code=1)
    assert "contacts.csv:2: when: TYPE: 'P' is not in its lookup in the mapping" in said.stderr
    assert "not withdrawn, as rows of its table could not be read" in said.output and of(1) in source.reads()


def test_the_earliest_of_two_columns_is_taken_and_blank_ones_are_left_out(source: Source) -> None:
    source.map(MAPPING.replace("occurred_on: MADE", "occurred_on: {earliest: [FOR, ENTERED, MADE]}"))
    source.write(
        "contacts",
        FIRST | {"MADE": "", "ENTERED": "09/05/2005 09:40"},
        SECOND | {"MADE": "", "ENTERED": "05/05/2005 10:00"},
    )
    source.run()
    assert [source.file()[of(n)].occurred_on.day for n in (1, 2)] == [5, 5]
    source.write("contacts", FIRST | {"MADE": "soon"}, SECOND)
    assert "AppointmentMade.occurred_on (FOR, ENTERED, MADE): 'soon' is no day" in source.run(code=1).stderr


def test_the_first_of_two_columns_that_is_filled_is_taken(source: Source) -> None:
    source.map(MAPPING.replace("occurred_on: MADE", "occurred_on: {first_filled: [MADE, FOR]}"))
    late = {"ENTERED": "13/05/2005 09:40"}
    source.write("contacts", FIRST | {"MADE": ""} | late, SECOND | {"MADE": "13/05/2005"} | late)
    source.run()
    assert [source.file()[of(n)].occurred_on.day for n in (1, 2)] == [5, 13], "made after its day, as the source says"


def test_years_of_two_digits_serial_days_and_the_end_of_a_day(source: Source) -> None:
    born = 'person.date_of_birth: {column: BORN, formats: "%d-%b-%y", pivot: 1920}'
    source.map(
        MAPPING.replace("person.date_of_birth: BORN", born).replace(
            'dates: "%d/%m/%Y"', 'dates: ["%d/%m/%Y", excel, "%d-%b-%y"]\npivot: 1990'
        )
    )
    source.write("cases", START | {"BORN": "28-FEB-25"})
    source.write("contacts", FIRST | {"MADE": "38475", "ENTERED": "03/05/2005 24:00"}, SECOND | {"FOR": "12-MAY-05"})
    source.run()
    started, made, _, second = source.file().values()
    assert started.person.date_of_birth == date(1925, 2, 28)  # type: ignore[attr-defined]
    assert (made.occurred_on, made.recorded_at) == (date(2005, 5, 3), datetime(2005, 5, 3, 23, tzinfo=UTC))
    assert second.for_on == date(2005, 5, 12)  # type: ignore[attr-defined]
