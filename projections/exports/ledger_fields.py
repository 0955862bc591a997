"""The tables of an export that hold ledger rows, and the fields that several tables share."""

from typing import Final

from projections.exports.exported_fields import Field, ForeignKey, Table

ARCHITECTURE = "caseaudit, docs/deriving.md"
STANDARDS = "the clause: table clauses, field citation"

CASE = Field("case", "text", "Case", "The case: a digest of its reference, or the reference in an identified export",
             required=True)  # fmt: skip
OF_CASE = ForeignKey(("case",), "cases", ("case",))

KNOWN = (
    Field("known_from", "instant", "Known from", "When it was recorded on the file. Rows known at K: known_from < K and "
          "(known_until is null or known_until >= K)", cite=ARCHITECTURE, required=True),
    Field("known_until", "instant", "Known until", "When a later recording took it away or changed it; empty: it is what is "
          "known now, or at the known-at of this export", cite=ARCHITECTURE),
)  # fmt: skip
"""The axis of knowledge: the last fields of every table of ledger rows."""

PLACE = tuple(
    Field(name, "text", title, says, cite="the entry that says who holds the case")
    for name, title, says in (
        ("area", "Area", "The probation area that held the case, as its name is printed"),
        ("division", "Division", "The division that held the case, as its name is printed"),
        ("team", "Team", "The team that held the case, as its name is printed"),
        ("officer", "Officer", "Who held the case: a digest of the staff key, or the key in an identified export"),
        ("officer_grade", "Grade of the officer", "In words; vacant: nobody is in post"),
        ("area_id", "Id of the area", "The source's own; empty: it gives none"),
        ("division_id", "Id of the division", "The source's own; empty: it gives none"),
        ("team_id", "Id of the team", "The source's own; empty: it gives none"),
    )
)


def days(name: str, title: str, says: str, *, required: bool = False, cite: str = ARCHITECTURE) -> Field:
    return Field(name, "day", title, says, cite=cite, required=required)


ENTRY = "Number of an entry of the same case in the table entries (its field number)"

CASES = Table(
    "cases", "Cases", "One row a case that is in this export", (
        CASE,
        Field("person", "text", "Person", "The person under supervision: a digest of the CRN, or the CRN in an identified "
              "export. One person may have several cases", required=True),
        Field("entries", "whole", "Entries", "How many entries its file holds, corrections and withdrawals included",
              "entries", required=True),
    ), ("case",),
)  # fmt: skip

PEOPLE = Table(
    "people", "People", "Who the person of each case is, on the as-at day of this export: in identified exports alone", (
        CASE,
        Field("person", "text", "Person", "The CRN", required=True),
        Field("name", "text", "Name", "As recorded. [erased], [redacted] or [sealed]: it cannot be opened"),
        days("date_of_birth", "Date of birth", "As recorded; empty: it cannot be opened", cite="caseaudit, docs/interchange.md"),
    ), ("case",), (OF_CASE,),
)  # fmt: skip

DUTIES = Table(
    "duties", "Duties", "What was due under the national standards and a framework's expectations: one row a duty and a state "
    "of knowledge", (
        CASE,
        Field("clause", "text", "Clause", "Edition and id of the clause that lays the duty", cite=STANDARDS, required=True),
        Field("value", "whole", "Row of the clause", "Number of the row of its clause that applied, from 0", "row",
              STANDARDS, required=True),
        days("arises_on", "Arises on", "The day on which the duty begins", required=True, cite=STANDARDS),
        days("due_on", "Due on", "The last day on which meeting it is in time. 2079-06-05: it counts from a release that nobody "
             "can date yet", required=True, cite=STANDARDS),
        days("met_on", "Met on", "The day on which it was met; empty: not yet"),
        days("ended_on", "Ended on", "The day from which it no longer applies; empty: it still does"),
        Field("raised_by", "whole", "Raised by", f"{ENTRY} that raised it; empty: none did, or one of another file of the "
              "person"),
        Field("met_by", "wholes", "Met by", f"{ENTRY} that met it, or several; those of other files of the person are left out"),
        *PLACE,
        Field("dispensed", "text", "Dispensed", "Spans of days on which somebody dispensed with it: first/day after the last, "
              "separated by spaces; empty: never"),
        Field("told_late", "flag", "Told late", "Whether the file said only after the day it was due that it had been met in "
              "time", required=True),
        Field("state", "text", "State", "Its state on the as-at day of this export, as this row knows it: due, met, met late, "
              "overdue, missed, dispensed or lapsed; empty: it had not arisen", cite="caseaudit, docs/architecture.md"),
        *KNOWN,
    ), (), (OF_CASE, ForeignKey(("clause",), "clauses", ("clause",))),
)  # fmt: skip

SPELLS = Table(
    "spells", "Spells", "Times in which no attribute of a case changes: one row a spell and a state of knowledge", (
        CASE,
        days("begins_on", "Begins on", "Its first day", required=True),
        days("ends_before", "Ends before", "The first day after it; empty: it goes on"),
        Field("order_type", "text", "Order", "The kind of order or licence, in words", required=True),
        Field("gender", "text", "Gender", "In words, as recorded", required=True),
        Field("ethnicity", "text", "Ethnicity", "In words (census of 2001)", required=True),
        Field("disability", "flag", "Disability", "Whether a disability is recorded", required=True),
        *PLACE,
        Field("tier", "whole", "Tier", "1 to 4; empty: none is set", "tier"),
        Field("risk", "text", "Risk of harm", "The level of risk of serious harm, in words; empty: not assessed"),
        Field("mappa_level", "whole", "MAPPA level", "1 to 3; empty: not under MAPPA", "level"),
        days("started_on", "Started on", "The first day of supervision", required=True),
        days("ended_on", "Ended on", "The first day that is no longer supervised; empty: supervision goes on"),
        Field("away", "text", "Away", "Why the person cannot be seen as usual, such as custody; empty: they can"),
        *KNOWN,
    ), (), (OF_CASE,),
)  # fmt: skip

JUDGEMENTS = Table(
    "judgements", "Judgements", "What people answered on the file of a case, outside inspections", (
        CASE,
        days("judged_on", "Judged on", "The day from which it counts; of several known ones the last counts", required=True),
        Field("entry", "whole", "Entry", f"{ENTRY}"),
        Field("framework", "text", "Framework", "Id of the framework", required=True),
        Field("question", "text", "Question", "Id of the question", required=True),
        Field("answer", "text", "Answer", "In words", required=True),
        Field("overrules", "flag", "Overrules", "Whether it stands in place of the answer that the entries give",
              required=True),
        Field("recorded_at", "instant", "Recorded at", "When it was recorded on the file", required=True),
        *KNOWN,
    ), (), (OF_CASE, ForeignKey(("framework", "question"), "questions", ("framework", "question"))),
)  # fmt: skip

LATE_ENTRIES = Table(
    "late_entries", "Late entries", "Entries that were recorded more than one working day after the day they are dated", (
        CASE,
        Field("entry", "whole", "Entry", f"{ENTRY}"),
        Field("type", "text", "Type", "The type of the entry, as in the table entries", required=True),
        days("occurred_on", "Occurred on", "The day on which it happened", required=True),
        days("recorded_on", "Recorded on", "The day on which it was recorded", required=True),
        Field("working_days", "whole", "Working days", "From the one to the other", "working days of England and Wales",
              required=True),
        *KNOWN,
    ), (), (OF_CASE,),
)  # fmt: skip

NOTICES_TABLE = Table(
    "notices", "Notices", "What somebody had to look at, whatever duties were laid", (
        CASE,
        Field("notice", "text", "Notice", "Its kind, in words", required=True),
        days("begins_on", "Begins on", "Its first day", required=True),
        days("ends_before", "Ends before", "The first day on which it no longer stood; empty: it still does"),
        Field("entry", "whole", "Entry", f"{ENTRY} that it is about; empty: it is about the case"),
        *KNOWN,
    ), (), (OF_CASE,),
)  # fmt: skip

LEDGER: Final = {
    "duties": DUTIES, "spells": SPELLS, "judgements": JUDGEMENTS, "lates": LATE_ENTRIES, "notices": NOTICES_TABLE,
}  # fmt: skip
"""The exported table of each kind of ledger row."""
