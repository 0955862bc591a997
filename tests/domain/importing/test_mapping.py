"""Mappings that do not fit are refused before any row is read: every problem at once, by file, line and field."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.importing.extracts.entry_fields import COMMON, MAPPED, slots_of
from domain.importing.extracts.mapping_check import read_mapping
from domain.importing.extracts.source_timestamps import is_date_format, read_day, read_instant
from domain.policy.cited_documents import PolicyError
from tests.domain.importing.test_extracts import FIRST, MAPPING, START, Source


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def problems(source: Source, mapping: str | bytes) -> list[str]:
    path = source.folder / "mapping.yaml"
    path.write_bytes(mapping if isinstance(mapping, bytes) else mapping.encode())
    with pytest.raises(PolicyError) as refused:
        read_mapping(path, source.folder)
    return str(refused.value).splitlines()


TYPE_LINE = "contact_type: {column: TYPE, codes: {O: office, H: home_visit}}"
OUTCOME_LINE = "outcome: {column: OUTCOME, codes: {ATT: attended_complied, UNA: unacceptable_absence, SENT: sent_home}}"

WRONG: dict[str, tuple[tuple[str, str], str]] = {
    # what is put in place of what, and the problem
    "unknown part": (("source: test", "source: test\ncolour: red"), "line 3: colour: is not a part known here"),
    "no source": (("source: test", "twice: first"), "line 1: source: missing"),
    "source with a colon": (("source: test", "source: 'a:b'"), "line 2: source: letters, digits, - and _"),
    "no tables": ((MAPPING, "source: test\ntables: {}"), "line 2: tables: Shorter than minimum length 1."),
    "zone": (
        ("source: test", "source: test\ntime_zone: London"),
        "line 3: time_zone: 'London' is no time zone; write it like Europe/London",
    ),
    "twice": (("source: test", "source: test\ntwice: both"), "line 3: twice: Must be one of: refuse, first, second."),
    "encoding": (
        ("source: test", "source: test\nencoding: utf-9"),
        "line 3: encoding: 'utf-9' is not known; write utf-8, windows-1252",
    ),
    "wide encoding": (
        ("source: test", "source: test\nencoding: utf-16"),
        "line 3: encoding: 'utf-16' cannot be read line by line",
    ),
    "delimiter": (
        ("source: test", "source: test\ndelimiter: ', '"),
        "line 3: delimiter: ', ' is not one character; write ','",
    ),
    "date format": (
        ('dates: "%d/%m/%Y"', 'dates: ["%d/%m/%y"]'),
        "line 3: dates: '%d/%m/%y' does not say day, month and four-digit year",
    ),
    "table's name": (
        ("  contacts:", "  my contacts:"),
        "line 27: tables.my contacts: a name has letters, digits, - and _",
    ),
    "key not text": (
        ('key: "NO"', "key: 7"),
        "line 28: tables.contacts.key: write a text, or a list of texts; a number stands in quotes",
    ),
    "no gives": (
        ("gives:\n      - type: AppointmentMade", "give:\n      - type: AppointmentMade"),
        "line 27: tables.contacts.gives: missing",
    ),
    "type": (
        ("type: AppointmentMade", "type: AppointmentMaid"),
        "'AppointmentMaid' is not a type of entry of a case; did you mean 'AppointmentMade'?",
    ),
    "inspection's type": (
        ("type: AppointmentMade", "type: FrameTaken"),
        "'FrameTaken' is not a type of entry of a case",
    ),
    "correction": (
        ("type: AppointmentMade", "type: EntryCorrected"),
        "made of the rows that have changed; no row gives it",
    ),
    "same name": (
        ("type: AppointmentOutcomeRecorded", "type: AppointmentOutcomeRecorded\n        name: AppointmentMade"),
        "line 37: tables.contacts.gives: 'AppointmentMade' is given twice by contacts; tell them apart: name: ...",
    ),
    "field": (
        ("for_on: FOR", "for_day: FOR"),
        "line 35: tables.contacts.gives.fields.for_day: not a field of AppointmentMade; did you mean 'for_on'?",
    ),
    "field missing": (
        ("          for_on: FOR\n", ""),
        "line 32: tables.contacts.gives.fields: for_on is missing; AppointmentMade needs it",
    ),
    "field of a group missing": (
        ("          person.crn: CRN\n", ""),
        "line 11: tables.cases.gives.fields: person.crn is missing; SupervisionStarted needs it",
    ),
    "group": (("person.crn: CRN", "person: CRN"), "person: is a group; write person.crn, person.name"),
    "entry": (
        ("for_on: FOR", "for_on: FOR\n          entry: NO"),
        "line 36: tables.contacts.gives.fields.entry: is made of source, table, key and name",
    ),
    "column": (
        ("for_on: FOR", "for_on: For"),
        "line 35: tables.contacts.gives.fields.for_on: contacts.csv has no column 'For'; did you mean 'FOR'?",
    ),
    "key's column": (
        ('key: "NO"', "key: [REF, NUMBER]"),
        "tables.contacts.key: contacts.csv has no column 'NUMBER'; it has NO, REF",
    ),
    "case's column": (
        (
            "case: REF\n    gives:\n      - type: AppointmentMade",
            'case: {text: "{CRN}/1"}\n    gives:\n      - type: AppointmentMade',
        ),
        "line 29: tables.contacts.case: contacts.csv has no column 'CRN'",
    ),
    "constant case": (
        ('key: "NO"\n    case: REF', 'key: "NO"\n    case: {value: X123456/1}'),
        "tables.contacts.case: write the column with the case's reference",
    ),
    "when's column": (
        ("OUTCOME: filled", "RESULT: filled"),
        "tables.contacts.gives.when.RESULT: contacts.csv has no column 'RESULT'",
    ),
    "condition": (
        ("OUTCOME: filled", "OUTCOME: full"),
        "tables.contacts.gives.when.OUTCOME: write filled, blank, {is: TEXT or a list} or {is_not:",
    ),
    "condition on a number": (
        ("OUTCOME: filled", "OUTCOME: {is: 1}"),
        "when.OUTCOME: write a text, or a list of texts; a number stands in quotes",
    ),
    "target": (
        ("O: office", "O: ofice"),
        "line 36: tables.contacts.gives.fields.contact_type.codes.O: 'ofice' is not known; did you mean 'office'?",
    ),
    "code not text": (
        ("O: office", "01: office"),
        "contact_type.codes: this name is no text; put it in quotes, as it stands in the file: '1'",
    ),
    "code list": (
        (TYPE_LINE, "contact_type: {column: TYPE, codes: types}"),
        "contact_type.codes: there is no code list 'types'; known are: none",
    ),
    "constant": (
        ("order_type: {value: community_order}", "order_type: {value: licens}"),
        "order_type.value: 'licens' is not known; did you mean 'licence'?",
    ),
    "constant as column": (
        ("tier: TIER", "tier: 3"),
        "fields.tier: write the name of a column, {column: ...}, {text: ...}, {entry: ...}, or {value: ...}",
    ),
    "two forms": (
        ("tier: TIER", "tier: {column: TIER, value: 3}"),
        "fields.tier: write one of column, text, value, entry, earliest, first_filled; this has column and value",
    ),
    "no form": (
        ("tier: TIER", "tier: {codes: {A: 1}}"),
        "fields.tier: write one of column, text, value, entry, earliest, first_filled; this has none",
    ),
    "does not go": (("tier: TIER", "tier: {value: 3, codes: {A: 1}}"), "fields.tier.codes: does not go with value"),
    "braces": (("tier: TIER", "tier: {text: '{TIER'}"), "fields.tier.text: the braces around the columns do not match"),
    "split of one": (
        ("tier: TIER", "tier: {column: TIER, split: ','}"),
        "fields.tier: takes one value; split is for lists",
    ),
    "formats of no date": (
        ("tier: TIER", "tier: {column: TIER, formats: '%d/%m/%Y'}"),
        "fields.tier: is no date or time; formats does not go with it",
    ),
    "flag": (
        ("person.disability: {value: false}", "person.disability: SEX"),
        "person.disability: is true or false; say when: codes: {Y: true, N: false}",
    ),
    "flag's codes": (
        ("person.disability: {value: false}", "person.disability: {column: SEX, codes: {F: 'yes'}}"),
        "person.disability.codes.F: write true or false",
    ),
    "list of groups": (
        ("tier: TIER", "tier: [{text: TIER}]"),
        "fields.tier: takes no list of groups; write the name of a column",
    ),
    "reference as column": (
        ("{entry: AppointmentMade}", '"NO"'),
        "fields.appointment: names an entry; write {entry: NAME}",
    ),
    "reference to no entry": (
        ("{entry: AppointmentMade}", "{entry: Appointment}"),
        "appointment.entry: contacts gives no entry 'Appointment'; it gives AppointmentMade",
    ),
    "reference to no table": (
        ("{entry: AppointmentMade}", '{entry: AppointmentMade, table: appointments, key: "NO"}'),
        "appointment.table: the mapping has no table 'appointments'; known are: cases, contacts",
    ),
    "reference of another type": (
        ("{entry: AppointmentMade}", "{entry: SupervisionStarted, table: cases, key: REF}"),
        "appointment.entry: 'SupervisionStarted' is of type SupervisionStarted; expected AppointmentMade",
    ),
    "reference without key": (
        ("{entry: AppointmentMade}", "{entry: AppointmentMade, table: contacts}"),
        "appointment.key: missing; say which columns",
    ),
    "reference with other key": (
        ("{entry: AppointmentMade}", '{entry: AppointmentMade, table: contacts, key: [REF, "NO"]}'),
        "appointment.key: the key of contacts has 1 columns, NO; name as many",
    ),
    "reference where none is": (
        ("tier: TIER", "tier: {entry: SupervisionStarted}"),
        "fields.tier: does not name an entry; write the name of a column",
    ),
    "table's fields": (
        ('key: "NO"', 'key: "NO"\n    fields: {for_on: FOR}'),
        "tables.contacts.fields.for_on: is not one of the fields that every type has",
    ),
    "file": (
        ("  contacts:", "  contacts:\n    file: visits.csv"),
        "tables.contacts.file: visits.csv is not in extract/; where that may be, write optional: true",
    ),
    "files": (
        ("  contacts:", "  contacts:\n    file: c*.csv"),
        "tables.contacts.file: 'c*.csv' is more than one file in the folder: cases.csv, contacts.csv",
    ),
    "path": (
        ("  contacts:", "  contacts:\n    file: ../contacts.csv"),
        "tables.contacts.file: the name of a file in the folder",
    ),
    "unknown part of a table": (
        ('key: "NO"', 'key: "NO"\n    withdraw_when: {TYPE: blank}'),
        "line 29: tables.contacts.withdraw_when: is not a part known here; did you mean 'withdrawn_when'?",
    ),
    "condition of void rows": (
        ('key: "NO"', 'key: "NO"\n    withdrawn_when: {TYPE: empty}'),
        "line 29: tables.contacts.withdrawn_when.TYPE: write filled, blank, {is: TEXT or a list}",
    ),
    "column of void rows": (
        ('key: "NO"', 'key: "NO"\n    withdrawn_when: {TYP: blank}'),
        "tables.contacts.withdrawn_when.TYP: contacts.csv has no column 'TYP'; did you mean 'TYPE'?",
    ),
    "withdrawal of nothing": (
        ('key: "NO"', 'key: "NO"\n    withdrawal: {recorded_at: ENTERED}'),
        "tables.contacts.withdrawal: says how void rows are withdrawn; say which are void: withdrawn_when",
    ),
    "field of a withdrawal": (
        ('key: "NO"', 'key: "NO"\n    withdrawn_when: {TYPE: blank}\n    withdrawal: {reasons: TYPE}'),
        "withdrawal.reasons: is not a field that a withdrawal takes from a row; did you mean 'reason'?",
    ),
    "gone": (
        ('key: "NO"', 'key: "NO"\n    gone: withdrawn'),
        "line 29: tables.contacts.gone: 'withdrawn' is not report or withdraw; did you mean 'withdraw'?",
    ),
    "earliest of one": (
        ("occurred_on: MADE", "occurred_on: {earliest: MADE}"),
        "occurred_on.earliest: write two columns or more: [A, B]",
    ),
    "earliest of a text": (
        ("for_on: FOR", "for_on: FOR\n          recorded_by: {earliest: [MADE, FOR]}"),
        "fields.recorded_by: is no date or time; earliest does not go with it",
    ),
    "column of earliest": (
        ("occurred_on: MADE", "occurred_on: {earliest: [MADE, FORR]}"),
        "occurred_on: contacts.csv has no column 'FORR'; did you mean 'FOR'?",
    ),
    "two digits without a pivot": (
        ("for_on: FOR", 'for_on: {column: FOR, formats: "%d-%b-%y"}'),
        "formats: '%d-%b-%y' does not say day, month and four-digit year; write it like %d/%m/%Y or %d-%b-%Y %H:%M; for "
        "years of two digits say which hundred years they mean, from which on: pivot: 1950",
    ),
    "pivot": (("source: test", "source: test\npivot: 50"), "line 3: pivot: Must be greater than or equal to 1800"),
    "pivot of four digits": (
        ("for_on: FOR", 'for_on: {column: FOR, formats: "%d/%m/%Y", pivot: 1950}'),
        "for_on.pivot: is for years of two digits; no format here has them (%y)",
    ),
    "change of a cell": (
        ('key: "NO"', 'key: "NO"\n    cells: {TYPE: uper}'),
        "tables.contacts.cells.TYPE: write upper, lower, strip_zeros, {lookup: ...} or a list of these; did you mean 'upper'?",
    ),
    "cell": (
        ('key: "NO"', 'key: "NO"\n    cells: {TIPE: upper}'),
        "tables.contacts.cells.TIPE: contacts.csv has no column 'TIPE'; did you mean 'TYPE'?",
    ),
    "lookup": (
        ('key: "NO"', 'key: "NO"\n    cells: {TYPE: {lookup: type}}'),
        "cells.TYPE.lookup: there is no code list 'type'; known are: none",
    ),
    "lookup of no text": (
        ('key: "NO"', 'key: "NO"\n    cells: {TYPE: {lookup: {O: 1}}}'),
        "cells.TYPE.lookup: 'O' means 1, which is no text; write it in quotes",
    ),
    "unlisted": (
        ('key: "NO"', 'key: "NO"\n    cells: {TYPE: {lookup: {O: P}, unlisted: keeps}}'),
        "'keeps' is not refuse or keep; did you mean 'keep'?",
    ),
    "joined table": (
        ('key: "NO"', 'key: "NO"\n    joins: {order: {table: case, on: {REF: REF}}}'),
        "tables.contacts.joins.order.table: the mapping has no table 'case'; did you mean 'cases'?",
    ),
    "join's own column": (
        ('key: "NO"', 'key: "NO"\n    joins: {order: {table: cases, on: {REFF: REF}}}'),
        "joins.order.on.REFF: contacts.csv has no column 'REFF'; did you mean 'REF'?",
    ),
    "join's other column": (
        ('key: "NO"', 'key: "NO"\n    joins: {order: {table: cases, on: {REF: REFF}}}'),
        "joins.order.on.REF: cases.csv has no column 'REFF'; did you mean 'REF'?",
    ),
    "join by itself": (
        ('key: "NO"', 'key: "NO"\n    joins: {order: {table: cases, on: {order.REF: REF}}}'),
        "is a column of this very join; name one by which the other row is found",
    ),
    "join without columns": (
        ('key: "NO"', 'key: "NO"\n    joins: {order: {table: cases}}'),
        "tables.contacts.joins.order.on: missing",
    ),
    "joined column": (
        (
            'key: "NO"\n    case: REF',
            'key: "NO"\n    joins: {order: {table: cases, on: {REF: REF}}}\n    case: order.RFE',
        ),
        "tables.contacts.case: cases.csv has no column 'RFE'; did you mean 'REF'?",
    ),
    "unknown join": (
        (
            'key: "NO"\n    case: REF',
            'key: "NO"\n    joins: {order: {table: cases, on: {REF: REF}}}\n    case: ordr.REF',
        ),
        "tables.contacts.case: contacts has no join 'ordr'; did you mean 'order.REF'?",
    ),
    "column that a joined table has": (
        (
            'key: "NO"',
            'key: "NO"\n    joins: {order: {table: cases, on: {REF: REF}}}\n    fields: {recorded_by: OFFICER}',
        ),
        "fields.recorded_by: contacts.csv has no column 'OFFICER'; did you mean 'order.OFFICER'?",
    ),
    "cell of a joined table": (
        ('key: "NO"', 'key: "NO"\n    joins: {order: {table: cases, on: {REF: REF}}}\n    cells: {order.REF: upper}'),
        "cells.order.REF: is a column of a joined table; write it under cells there",
    ),
    "table that nothing needs": (
        ("  contacts:", "  staff: {file: cases.csv}\n  contacts:"),
        "line 27: tables.staff.gives: missing",
    ),
    "part that a joined table does not use": (
        (
            '  contacts:\n    key: "NO"',
            '  staff: {file: cases.csv, gone: report}\n  contacts:\n    joins: {of: {table: staff, on: {REF: REF}}}\n    key: "NO"',
        ),
        "tables.staff.gone: says nothing here: the table gives no entry and is only joined to others",
    ),
    "impossible day": (
        ("for_on: FOR", "for_on: {value: 2005-02-30}"),
        "line 35: tables.contacts.gives.fields.for_on.value: not a date; write it as 2005-10-03",
    ),
    "impossible time": (
        ("          for_on: FOR", "          for_on: {value: 2005-02-28 25:61:00}"),
        "line 35: tables.contacts.gives.fields.for_on.value: not a date",
    ),
    "impossible day as a code": (
        ("codes: {O: office", "codes: {O: 2005-02-30"),
        "line 36: tables.contacts.gives.fields.contact_type.codes.O: '2005-02-30' is not known; one of",
    ),
    "impossible day as a format": (
        ('dates: "%d/%m/%Y"', "dates: 2005-02-30"),
        "line 3: dates: '2005-02-30' does not say day",
    ),
    "file that is a pattern of folders": (
        ('  contacts:\n    key: "NO"', '  contacts:\n    file: "**"\n    key: "NO"'),
        "tables.contacts.file: the name of a file in the folder, like A.csv or A-*.csv",
    ),
    "encoding with a zero": (("source: test", 'source: test\nencoding: "\\0"'), "line 3: encoding: '\0' is not known"),
    "bytes": (("source: test", "source: !!binary eA=="), "line 2: not readable as YAML"),
    "no yaml": (("source: test", "source: [test"), "not readable as YAML"),
    "twice the same": (("source: test", "source: test\nsource: test"), "not readable as YAML"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_mapping_is_named(source: Source, name: str) -> None:
    (was, is_), problem = WRONG[name]
    assert was in MAPPING
    found = problems(source, MAPPING.replace(was, is_, 1))
    assert any(line.startswith("mapping.yaml") and problem in line for line in found), found


def test_every_problem_is_named_at_once_in_order_of_lines(source: Source) -> None:
    mapping = MAPPING
    for was, is_ in (
        ("source: test", "source: test\ncolour: red"), ("TEAM", "TAEM"), ("tier: TIER", "tier: 3"), ("O: office", "O: ofice"),
        ("for_on: FOR", "for_day: FOR"), ('key: "NO"', "key: NUMBER"),
    ):  # fmt: skip
        mapping = mapping.replace(was, is_, 1)
    found = problems(source, mapping)
    assert [int(line.split(":")[0].split()[-1]) for line in found] == [3, 24, 27, 29, 33, 36, 37]
    result = source.run(code=2)
    assert "nothing was read, the mapping does not fit:\nmapping.yaml line 3: colour" in result.stderr
    assert not source.database.exists()


def test_a_mapping_that_is_no_text_is_said(source: Source) -> None:
    assert "not readable as YAML in UTF-8" in problems(source, MAPPING.replace("test", "té").encode("latin-1"))[0]


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (b"", "contacts.csv is empty; its first line must name the columns"),
        (b"\r\n\r\n", "contacts.csv is empty"),
        (b'"NO', "contacts.csv line 1: not a row of a table: unexpected end of data"),
        (b"NO,R\xe9F\r\n", "contacts.csv line 1: not text in utf-8; is it another encoding?"),
        (b"NO;REF;MADE\r\n", "contacts.csv has no column 'NO'"),
        ((",".join(FIRST) + ",REF\r\n").encode(), "contacts.csv names the column 'REF' twice"),
    ],
)
def test_a_table_without_a_right_head_is_refused(source: Source, head: bytes, problem: str) -> None:
    (source.folder / "contacts.csv").write_bytes(head)
    assert any(problem in line for line in problems(source, MAPPING))


def test_a_mark_of_utf_8_where_the_mapping_says_otherwise_is_refused(source: Source) -> None:
    source.write("cases", START, encoding="utf-8-sig")
    assert any(
        "cases.csv begins with the mark of UTF-8" in p for p in problems(source, MAPPING + "encoding: windows-1252\n")
    )


def test_an_empty_folder_names_every_table(source: Source) -> None:
    for table in ("cases", "contacts"):
        (source.folder / f"{table}.csv").unlink()
    assert [line.split(": ")[2] for line in problems(source, MAPPING)] == [
        f"{name}.csv is not in extract/; where that may be, write optional" for name in ("cases", "contacts")
    ]  # fmt: skip


def test_the_file_of_a_night_is_found_by_its_pattern(source: Source) -> None:
    (source.folder / "contacts.csv").rename(source.folder / "contacts_20050513.csv")
    source.map(MAPPING.replace("  contacts:", "  contacts:\n    file: contacts_*.csv"))
    assert "4 entries stored" in source.run().output


def test_lists_groups_numbers_and_common_fields_are_read(source: Source) -> None:
    source.map(
        """
source: test
dates: "%d/%m/%Y"
blank: ["n/a"]
codes: {"y": {Y: true, "": false}}
tables:
  cases:
    key: REF
    case: REF
    fields: {occurred_on: DAY, recorded_at: {text: "{DAY} 18:00", formats: "%d/%m/%Y %H:%M"}}
    gives:
      - {type: UnpaidWorkSession, fields: {hours: HOURS, outcome: {value: sent_home}}}
      - type: SupervisionPlanMade
        fields:
          interventions: {column: WORK, split: "+"}
          objectives:
            - {text: AIM1, smart: {column: SMART1, codes: y}}
            - {text: AIM2, smart: {value: true}}
      - type: AssessmentCompleted
        fields:
          instrument: {value: oasys}
          stage: {value: initial}
          assessor: {text: "{FIRST}  {LAST}"}
          likelihood_of_reoffending.score: SCORE
"""
    )
    (source.folder / "cases.csv").write_text(
        "REF,DAY,HOURS,WORK,AIM1,SMART1,AIM2,FIRST,LAST,SCORE\n"
        "X123456/1,12/05/2005,6.5,basic_skills + cognitive_work,Read,Y,,Jo,Officer,74\n"
        "X123456/2,13/05/2005,2,,Work,n/a,Write,n/a,Officer,\n"
        "X123456/3,13/05/2005,two,cooking,Work,?,Write,,,1.5\n"
    )
    source.write("contacts")
    begin = source.folder.parent / "begin.ndjson"
    import json

    from tests.domain.importing.test_importer import START as opening

    begin.write_text("".join(json.dumps(opening | {"case": f"X123456/{n}"}) + "\n" for n in (1, 2, 3)))
    source.run(folder=begin)
    result = source.run(code=1)
    first, second = (list(source.file(f"X123456/{n}").values())[1:] for n in (1, 2))
    assert [f.recorded_at for f in first] == [datetime(2005, 5, 12, 17, tzinfo=UTC)] * 3
    assert first[0].hours == 6.5 and first[1].interventions == ["basic_skills", "cognitive_work"]  # type: ignore[attr-defined]
    assert [(o.text, o.smart) for o in first[1].objectives] == [("Read", True)]  # type: ignore[attr-defined]
    assert first[2].assessor == "Jo Officer" and first[2].likelihood_of_reoffending.score == 74  # type: ignore[attr-defined]
    assert [(o.text, o.smart) for o in second[1].objectives] == [("Work", False), ("Write", True)]  # type: ignore[attr-defined]
    assert second[1].interventions == [] and second[2].assessor == "Officer"  # type: ignore[attr-defined]
    assert second[2].likelihood_of_reoffending is None  # type: ignore[attr-defined]
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [
        "AssessmentCompleted.assessor (FIRST, LAST)", "AssessmentCompleted.likelihood_of_reoffending.score (SCORE)",
        "SupervisionPlanMade.interventions.0", "SupervisionPlanMade.objectives", "UnpaidWorkSession.hours (HOURS)",
    ]  # fmt: skip


def test_every_type_of_a_case_can_be_mapped() -> None:
    """Each field of each type is one that a mapping can give, and says how its text becomes a value."""
    for kind in MAPPED.values():
        slots = slots_of(kind)
        assert set(COMMON) <= set(slots)
        for slot in slots.values():
            assert slot.kind in ("day", "instant", "flag", "whole", "number", "parts", "text")
            assert slot.kind != "parts" or slot.parts


# ---------------------------------------------------------------- days and times


def test_a_day_is_read_by_any_of_its_formats() -> None:
    formats = ("%d/%m/%Y", "%Y-%m-%d", "%d-%b-%Y")
    for text in ("3/10/2005", "03/10/2005", "2005-10-03", "03-OCT-2005"):
        assert read_day(text, formats) == date(2005, 10, 3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("31/09/2005", "'31/09/2005' is no day written as %d/%m/%Y or %m/%d/%Y"),
        (
            "02/03/2005",
            "'02/03/2005' may be 2005-03-02 00:00 (%d/%m/%Y) or 2005-02-03 00:00 (%m/%d/%Y); give this column one",
        ),
        ("3 Oct", "'3 Oct' is no day"),
    ],
)
def test_a_day_that_is_impossible_or_may_be_two_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_day(text, ("%d/%m/%Y", "%m/%d/%Y"))
    assert str(refused.value).startswith(problem)
    assert read_day("13/03/2005", ("%d/%m/%Y", "%m/%d/%Y")) == date(2005, 3, 13)
    assert read_day("03/03/2005", ("%d/%m/%Y", "%m/%d/%Y")) == date(2005, 3, 3), "the same in both"


@pytest.mark.parametrize(("twice", "hour"), [("first", 0), ("second", 1)])
def test_an_hour_that_came_twice_is_the_one_that_the_mapping_says(twice: str, hour: int) -> None:
    assert read_instant("2005-10-30 01:30", ("%Y-%m-%d %H:%M",), "Europe/London", twice) == datetime(
        2005, 10, 30, hour, 30, tzinfo=UTC
    )


def test_an_offset_settles_every_hour() -> None:
    for offset, hour in (("+0100", 0), ("+0000", 1)):
        read = read_instant(f"2005-10-30 01:30 {offset}", ("%Y-%m-%d %H:%M %z",), "Europe/London", "refuse")
        assert read == datetime(2005, 10, 30, hour, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Europe/London", "America/New_York", "UTC"]),
)
def test_a_time_that_a_clock_showed_comes_back(local: datetime, zone: str) -> None:
    local = local.replace(second=0, microsecond=0)
    try:
        instant = read_instant(local.strftime("%d/%m/%Y %H:%M"), ("%d/%m/%Y %H:%M",), zone, "first")
    except ValueError:
        shown = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
        assert shown.replace(tzinfo=None) != local, "refused, though the clock showed it"
    else:
        assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == local


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("06-MAY-05", "%d-%b-%y", date(2005, 5, 6)),
        ("06-MAY-29", "%d-%b-%y", date(2029, 5, 6)),
        ("06-MAY-30", "%d-%b-%y", date(1930, 5, 6)),
        ("29/02/00", "%d/%m/%y", date(2000, 2, 29)),
        ("61", "excel", date(1900, 3, 1)),
        ("38478", "excel", date(2005, 5, 6)),
        ("38478.999", "excel", date(2005, 5, 6)),
        ("06/05/2005 24:00", "%d/%m/%Y %H:%M", date(2005, 5, 6)),
        ("06/05/2005 24:00:00", "%d/%m/%Y %H:%M:%S", date(2005, 5, 6)),
        ("06/05/2005 13:24:00", "%d/%m/%Y %H:%M:%S", date(2005, 5, 6)),
    ],
)
def test_days_in_other_forms(text: str, form: str, day: date) -> None:
    assert read_day(text, (form,), 1930) == day


@pytest.mark.parametrize(
    ("text", "form", "instant"),
    [
        ("06/05/2005 24:00", "%d/%m/%Y %H:%M", datetime(2005, 5, 6, 23, tzinfo=UTC)),
        ("31/12/2005 24:00:00", "%d/%m/%Y %H:%M:%S", datetime(2006, 1, 1, tzinfo=UTC)),
        ("06.05.2005 24.00", "%d.%m.%Y %H.%M", datetime(2005, 5, 6, 23, tzinfo=UTC)),
        ("38478.75", "excel", datetime(2005, 5, 6, 17, tzinfo=UTC)),
        ("06-MAY-05 09:30", "%d-%b-%y %H:%M", datetime(2005, 5, 6, 8, 30, tzinfo=UTC)),
    ],
)
def test_times_in_other_forms(text: str, form: str, instant: datetime) -> None:
    assert read_instant(text, (form,), "Europe/London", "refuse", 1930) == instant


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("60", "excel"), ("0", "excel"), ("2958466", "excel"), ("-1", "excel"), ("38478,5", "excel"), ("6 May", "excel"),
        ("06/05/2005 24:01", "%d/%m/%Y %H:%M"), ("06/05/2005 24:00:01", "%d/%m/%Y %H:%M:%S"),
        ("06/05/2005 25:00", "%d/%m/%Y %H:%M"), ("29-FEB-01", "%d-%b-%y"), ("31/12/9999 24:00", "%d/%m/%Y %H:%M"),
    ],
)  # fmt: skip
def test_no_days_and_times_in_other_forms(text: str, form: str) -> None:
    with pytest.raises(ValueError, match="is no day written as"):
        read_day(text, (form,), 1930)


@given(st.dates(date(1900, 3, 1), date(2100, 1, 1)))
def test_a_serial_day_and_a_year_of_two_digits_come_back(day: date) -> None:
    serial = (day - date(1900, 3, 1)).days + 61
    assert read_day(str(serial), ("excel",)) == day
    pivot = day.year - day.month * 8
    assert read_day(day.strftime("%d-%b-%y"), ("%d-%b-%y",), pivot) == day


@pytest.mark.parametrize("form", ["%d/%m", "%d/%m/%y", "day", "%Y", "%q", "", "%d %%"])
def test_a_format_that_does_not_say_the_day_is_no_format(form: str) -> None:
    assert not is_date_format(form)
