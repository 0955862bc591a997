"""What cannot be is rejected with line and reason, in whatever order the lines come; what was exported before is taken."""

import json
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.aggregates.amendments import standing
from domain.entries.case_entries import ENTRY_TYPES, SupervisionStarted
from domain.entries.entry import CLAIMED
from tests.domain.importing.test_importer import MADE, START, Desk, line, without
from tests.support.histories import Line
from tests.support.repository import ROOT
from web.cli import main

BEFORE = Path(__file__).parent / "export_of_before.ndjson"
"""What ``caseaudit export`` printed of one entry of every type before the types of issue 15."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


ENDED = line("SupervisionEnded", "end", "2005-06-01", reason="completed")
SUSPENDED = line(
    "ContactSuspended", "hospital", "2005-06-01", from_on="2005-06-06", to_on="2005-07-15", reason="hospital",
    by="Ann Spo", grade="spo",
)  # fmt: skip


def outcome(on: str, outcome: str = "attended_complied", **fields: str) -> Line:
    return line("AppointmentOutcomeRecorded", "o", on, appointment="a1", outcome=outcome, **fields)


def corrected(of: str, entry: str = "c", **fields: object) -> Line:
    return line("EntryCorrected", entry, "2005-06-20", of=of, fields=fields)


REFUSED: dict[str, tuple[list[Line], str]] = {
    "an end before the start": (
        [ENDED | {"occurred_on": "2005-04-01"}],
        "occurred_on: supervision cannot end on 2005-04-01, before its first day, 2005-05-03 (entry 'start'); correct the "
        "date that is wrong",
    ),
    "an end corrected to before the start": ([ENDED, corrected("end", occurred_on="2005-05-02")], "fields.occurred_on: "),
    "a start corrected past the end": (
        [ENDED, corrected("start", occurred_on="2005-06-02")],
        "fields.occurred_on: supervision cannot end on 2005-06-01, before its first day, 2005-06-02",
    ),
    "a release corrected past the end": ([ENDED, corrected("start", released_on="2005-06-10")], "fields.released_on: "),
    "attendance before its day": (
        [MADE, outcome("2005-05-31")],
        "occurred_on: attended_complied on 2005-05-31, before the day of the appointment, 2005-06-01 (entry 'a1'); only "
        "rescheduled and acceptable_absence may come before it",
    ),
    "failure before its day": ([MADE, outcome("2005-05-31", "unacceptable_absence")], "occurred_on: unacceptable_absence on "),
    "an absence to be explained before its day": ([MADE, outcome("2005-05-31", "awaiting_explanation")], "occurred_on: "),
    "an appointment corrected past its outcome": (
        [MADE, outcome("2005-06-01"), corrected("a1", for_on="2005-06-02")], "fields.for_on: attended_complied on 2005-06-01",
    ),
    "an early outcome corrected to attendance": (
        [MADE, outcome("2005-05-25", "rescheduled"), corrected("o", outcome="attended_complied")], "fields.outcome: ",
    ),
    "an outcome later than its recording": (
        [MADE, outcome("2005-06-01", occurred_at="2005-06-01T19:00:00+01:00")], "occurred_at: is after it was recorded",
    ),
    "a session's outcome before the session": (
        [
            line("UnpaidWorkSession", "a1", "2005-06-06", hours=0, outcome="unacceptable_absence"),
            outcome("2005-06-05", recorded_at="2005-06-07T10:00:00Z"),
        ],
        "occurred_on: attended_complied on 2005-06-05, before the day of the appointment, 2005-06-06",
    ),
    "a suspension that ends before it begins": (
        [SUSPENDED | {"to_on": "2005-06-05"}], "to_on: 2005-06-05 is before from_on, 2005-06-06; give the last day",
    ),
    "a suspension by another than an SPO": ([SUSPENDED | {"grade": "po"}], "grade: 'po' may not suspend contact; an SPO"),
    "contact resumed before it is suspended": (
        [SUSPENDED, line("ContactResumed", "back", "2005-06-05", suspension="hospital")],
        "occurred_on: contact cannot be resumed on 2005-06-05, before it is suspended, 2005-06-06",
    ),
    "an order varied to end before it began": (
        [line("OrderVaried", "v", ends_on="2005-05-02")], "ends_on: 2005-05-02 is before the start, 2005-05-03",
    ),
    "a person born after the start": (
        [line("PersonDetailsChanged", "p", date_of_birth="2005-05-04")], "date_of_birth: 2005-05-04 is after the start, ",
    ),
    "a change that changes nothing": (
        [line("PersonDetailsChanged", "p")], "crn: nothing is changed; give at least one of crn, name, date_of_birth, gender",
    ),
    "an order varied in nothing": (
        [line("OrderVaried", "v", reason="in court")], "ends_on: nothing is changed; give at least one of ends_on, unpaid",
    ),
    "a place renamed to nothing": ([line("PlaceRenamed", "r")], "area: nothing is changed; give at least one of area, "),
    "a link to oneself": ([line("PersonLinked", "l", crn="X123456", reason="r")], "crn: 'X123456' is the CRN of this case"),
    "an entry that serves its own case": ([MADE | {"serves": ["X123456/1"]}], "serves: X123456/1 is this case itself"),
    "an entry that serves another's case": (
        [MADE | {"serves": ["X123456/2", "X654321/1"]}],
        "serves: X654321/1 is not known to be a case of the same person; record a PersonLinked first",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_rejected_by_line_field_and_reason(desk: Desk, name: str) -> None:
    lines, reason = REFUSED[name]
    result = desk.take(START, *lines)
    (reported,) = result.stderr.splitlines()
    assert reported.startswith(f"extract.ndjson:{len(lines) + 1}: {reason}"), reported
    assert set(desk.entries()) == {"start", *(one["entry"] for one in lines[:-1])}


ODD: list[list[Line]] = [
    [line("SupervisionEnded", "end", "2005-05-03", reason="revoked")],
    [ENDED, line("CustodyEnded", "out", "2006-01-01")],
    [MADE | {"for_on": "2005-05-01"}],
    [MADE, outcome("2005-05-25", "rescheduled")],
    [MADE, outcome("2005-05-25", "acceptable_absence")],
    [MADE, outcome("2005-06-01"), outcome("2005-06-02", "unacceptable_absence") | {"entry": "o2"}],
    [SUSPENDED, line("ContactResumed", "back", "2005-06-06", suspension="hospital")],
    [line("PersonLinked", "l", crn="X654321", reason="r"), MADE | {"serves": ["X654321/1", "X123456/2"]}],
    [line("PersonDetailsChanged", "p", crn="X654321"), MADE | {"serves": ["X654321/1"]}],
]


@pytest.mark.parametrize("lines", ODD)
def test_what_is_odd_but_real_is_taken(desk: Desk, lines: list[Line]) -> None:
    result = desk.take(START, *lines)
    assert (result.exit_code, result.stderr) == (0, "")


ENDS_EARLY = ENDED | {"occurred_on": "2005-04-20"}
IN_ANY_ORDER: list[list[Line]] = [
    [START, ENDS_EARLY, corrected("start", occurred_on="2005-04-01")],
    [START, MADE, outcome("2005-05-25"), corrected("a1", for_on="2005-05-25")],
    [START, MADE | {"serves": ["X654321/1"]}, line("PersonLinked", "l", crn="X654321", reason="r")],
]


@pytest.mark.parametrize("lines", IN_ANY_ORDER)
def test_what_a_line_further_on_sets_right_is_taken_in_any_order(tmp_path: Path, lines: list[Line]) -> None:
    for number, order in enumerate(permutations(lines)):
        (tmp_path / str(number)).mkdir()
        desk = Desk(tmp_path / str(number))
        result = desk.take(*order)
        assert (result.exit_code, result.stderr) == (0, ""), [one["entry"] for one in order]
        assert set(desk.entries()) == {one["entry"] for one in lines}
        assert "0 entries stored" in desk.run().output


def test_a_beginning_that_is_withdrawn_makes_room_for_another(tmp_path: Path) -> None:
    gone = line("EntryWithdrawn", "w", "2005-06-20", of="start", reason="another person")
    anew = START | {"entry": "anew", "occurred_on": "2005-06-06", "recorded_at": "2005-06-21T09:00:00+01:00"}
    undone = line("EntryWithdrawn", "undone", "2005-06-22", of="w", reason="the same person after all")
    for number, order in enumerate([[START, gone, anew], [START, anew, gone], [gone, START, anew]]):
        (tmp_path / str(number)).mkdir()
        desk = Desk(tmp_path / str(number))
        assert desk.take(*order).exit_code == 0
        (begun,) = standing(desk.entries().values(), None)
        assert isinstance(begun, SupervisionStarted) and begun.entry == "anew"
        refused = desk.take(undone).stderr
        assert "extract.ndjson:1: of: X123456/1 has begun anew, by entry 'anew', since 'start' was withdrawn" in refused
        again = desk.take(anew | {"entry": "third"}).stderr
        assert "type: X123456/1 has already begun, by entry 'anew'; correct or withdraw that entry" in again


@pytest.mark.parametrize(
    ("given_twice", "key"),
    [
        ('"for_on": "2005-06-08", "contact_type": "office"', "for_on"),
        ('"contact_type": "office", "entry": "a1"', "entry"),
        ('"contact_type" : "office", "type": "AppointmentMade"', "type"),
        ('"contact_type": "office", "case": "X123456/1"', "case"),
        ('"contact_type": "office", "contact_type": "office"', "contact_type"),
        ('"contact_type": "office", "recorded_by": "\\u0022:", "recorded_by": "x"', "recorded_by"),
        ('"contact_type": "office", "national_standards": null, "national_standards": true', "national_standards"),
    ],
)
def test_a_key_given_twice_is_rejected(desk: Desk, given_twice: str, key: str) -> None:
    made = without(MADE, "contact_type")
    result = desk.take(START, json.dumps(made)[:-1] + f", {given_twice}" + "}")
    assert result.stderr.splitlines() == [f"extract.ndjson:2: {key}: given twice on this line; leave one of them out"]
    assert set(desk.entries()) == {"start"}


def test_a_key_given_twice_inside_a_group_is_rejected(desk: Desk) -> None:
    twice = json.dumps(START).replace('"gender"', '"gender": "male", "gender"')
    assert desk.take(twice).stderr.startswith("extract.ndjson:1: gender: given twice on this line")
    fixed = json.dumps(corrected("a1", for_on="2005-06-02")).replace('"for_on"', '"for_on": "2005-06-03", "for_on"')
    assert desk.take(START, MADE, fixed).stderr.startswith("extract.ndjson:3: for_on: given twice on this line")


def test_defaults_written_out_and_quotes_in_text_are_no_keys_given_twice(desk: Desk) -> None:
    logged = line("ContactLogged", "k", contact_type="office", note='"note": he said, "a" : "note":', **{"with": None})
    emergency = line("RecallRequested", "r", reason="r\u0022", emergency=False)
    assert desk.take(START, MADE | {"serves": []}, logged, emergency).exit_code == 0
    assert len(desk.entries()) == 4


@pytest.mark.parametrize("written", ["Jos\u00e9 P", "Jose\u0301 P", "Jose\u0301 P ", "Jos\u00e9  P"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_four_spellings_are_one_officer(desk: Desk, written: str, ascii_only: bool) -> None:
    spelt = json.dumps(START | {"officer": written}, ensure_ascii=ascii_only)
    assert "1 entry stored" in desk.take(spelt).output
    (begun,) = desk.entries().values()
    assert isinstance(begun, SupervisionStarted) and begun.officer == "Jos\u00e9 P"
    assert "0 entries stored, 1 already there" in desk.take(START | {"officer": "Jos\u00e9 P"}).output


def test_a_message_names_a_field_as_the_interchange_form_does(desk: Desk) -> None:
    logged = line("ContactLogged", "k", contact_type="office", **{"with": "his mother"})
    changed = line("RiskLevelChanged", "k2", **{"from": "low", "to": "high", "reason": "r"})
    assert desk.take(START, logged, changed).exit_code == 0
    reported = desk.take(logged | {"with": "his father"}, changed | {"from": "medium"}).stderr
    assert "with other content (with);" in reported and "with other content (from);" in reported


def test_an_export_of_before_is_taken_and_printed_as_it_was(desk: Desk) -> None:
    desk.path.write_bytes(BEFORE.read_bytes())
    result = desk.run()
    assert (result.exit_code, result.stderr) == (0, "")
    printed = CliRunner().invoke(main, ["export", "--database", str(desk.database)]).output
    lines = [json.loads(line) for line in printed.splitlines()]
    assert all({"stored_at", "stored_by"} <= line.keys() for line in lines)
    said = [json.dumps({n: v for n, v in line.items() if n not in CLAIMED}, ensure_ascii=False) for line in lines]
    assert said == BEFORE.read_text(encoding="utf-8").splitlines()
    assert "0 entries stored" in desk.run().output


def test_every_line_of_the_docs_is_taken(desk: Desk) -> None:
    text = (ROOT / "docs/interchange.md").read_text(encoding="utf-8")
    told = [one.strip() for one in text.splitlines() if one.startswith('      {"case": ')]
    result = desk.take(START, *told)
    assert (result.exit_code, result.stderr) == (0, "")
    shown = {json.loads(one)["type"] for one in told}
    new = list(ENTRY_TYPES)[: list(ENTRY_TYPES).index("SupervisionEnded")]
    before = {json.loads(one)["type"] for one in BEFORE.read_text(encoding="utf-8").splitlines()}
    assert set(new) - before <= shown


def test_whether_it_is_a_contact_may_be_left_out_or_written_out(desk: Desk) -> None:
    """An appointment stored before says nothing where the source said yes."""
    phoned = MADE | {"entry": "a2", "contact_type": "telephone"}
    assert desk.take(START, MADE, phoned).exit_code == 0
    again = desk.take(MADE | {"national_standards": True}, phoned | {"national_standards": False})
    assert "0 entries stored, 2 already there, 0 rejected" in again.output
    assert "with other content (national_standards)" in desk.take(phoned | {"national_standards": True}).stderr
