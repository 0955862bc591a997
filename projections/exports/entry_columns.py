"""The table of entries of an export: a column for each value that an entry of a case may hold, from its declarations.

Free text, names, dates of birth and staff in words are in no column: what a declaration seals, and every text that people write
themselves but for the names of places and courts.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from msgspec import inspect

from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.entry import Entry
from domain.entries.entry_words import field_words, fields_of_type, title_of
from projections.exports.exported_fields import Field, Holds, Table
from projections.exports.ledger_fields import ARCHITECTURE, CASE, KNOWN, OF_CASE

INTERCHANGE = "caseaudit, docs/interchange.md"

COMMON: Final = frozenset(
    (
        "type",
        "entry",
        "occurred_on",
        "occurred_at",
        "recorded_at",
        "recorded_by",
        "stored_at",
        "stored_by",
        "source",
        "earlier",
    )
)
"""The fields of every entry; which of them are exported, ``TABLE`` says."""

STAFF: Final[Mapping[str, str]] = {"officer": "officer_id", "assessor": "assessor_id", "by": "by_id"}
"""Fields that name somebody on the staff, each with the field of the source's own id."""

PLACES: Final = frozenset(
    ("area", "division", "team", "area_id", "division_id", "team_id", "court", "received_from", "band")
)
"""Texts of a source that are exported: they name places, or the band of a score."""

LEFT_OUT: Final = frozenset(("excluded", "inspection", "second", "reopening", "adjudicates", "calibration"))
"""Fields that name staff, or are of entries for inspections alone."""

OF_INSPECTIONS: Final = frozenset(
    ("InterviewNoted", "EvidenceAttached", "ReadingReplied", "LearningPointNoted", "AlertRaised", "AlertAnswered")
)
"""Types that are recorded for an inspection only: no export has them, nor what is judged for an inspection."""

RENAMED: Final[Mapping[str, str]] = {
    "by": "made_by", "from": "changed_from", "to": "changed_to", "with": "with_whom", "of": "of_entry",
    "person_crn": "person", "crn": "other_person",
}  # fmt: skip
"""Columns that would be words of SQL, or not say what they are."""

Kind = Literal["code", "codes", "plain", "day", "instant", "entry", "entries", "staff", "person", "cases"]
"""How the values of a leaf are converted. ``entry``: the id of an entry becomes its number in the file."""


class Leaf(NamedTuple):
    """A value of a type of entry: the column it goes to, the path in the entry's JSON, how it is converted."""

    column: str
    path: tuple[str, ...]
    kind: Kind
    holds: Holds
    title: str


def column_of(path: tuple[str, ...]) -> str:
    """The column of the value at a path."""
    joined = "_".join(path)
    return RENAMED.get(joined, joined)


def _leaf(path: tuple[str, ...], kind: inspect.Type, title: str) -> Iterator[Leaf]:
    extra: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        extra, kind = {**extra, **(kind.extra or {})}, kind.type
    name, column = path[-1], column_of(path)
    if isinstance(kind, inspect.UnionType):
        (inner,) = (one for one in kind.types if not isinstance(one, inspect.NoneType))
        yield from _leaf(path, inspect.Metadata(inner, None, extra), title)
    elif isinstance(kind, inspect.StructType):
        for part in kind.fields:
            yield from _leaf((*path, part.encode_name), part.type, field_words(part.encode_name, part.type).title)
    elif extra.get("sealed") or name in LEFT_OUT or name in STAFF.values():
        return
    elif name in STAFF:
        yield Leaf(column, path, "staff", "text", title)
    elif name == "crn":
        yield Leaf(column, path, "person", "text", title if len(path) == 1 else "Person")
    elif isinstance(kind, inspect.ListType):
        yield from _several(path, kind.item_type, extra, title)
    elif "entry_of" in extra:
        yield Leaf(f"{column}_entry" if column == "need" else column, path, "entry", "whole", title)
    else:
        yield from _single(path, kind, extra, title)


def _several(path: tuple[str, ...], item: inspect.Type, extra: Mapping[str, Any], title: str) -> Iterator[Leaf]:
    said = dict(extra)
    while isinstance(item, inspect.Metadata):
        said, item = {**said, **(item.extra or {})}, item.type
    if said.get("sealed"):
        return
    if "entry_of" in said:
        yield Leaf(column_of(path), path, "entries", "wholes", title)
    elif path[-1] == "serves":
        yield Leaf("serves", path, "cases", "texts", title)
    elif isinstance(item, inspect.LiteralType):
        yield Leaf(column_of(path), path, "codes", "texts", title)


def _single(path: tuple[str, ...], kind: inspect.Type, extra: Mapping[str, Any], title: str) -> Iterator[Leaf]:
    column = column_of(path)
    match kind:
        case inspect.LiteralType(values=values):
            whole = isinstance(values[0], int) and column != "level"
            yield Leaf(column, path, "plain" if whole else "code", "whole" if whole else "text", title)
        case inspect.BoolType():
            yield Leaf(column, path, "plain", "flag", title)
        case inspect.IntType():
            yield Leaf(column, path, "plain", "whole", title)
        case inspect.FloatType():
            yield Leaf(column, path, "plain", "number", title)
        case inspect.DateType():
            yield Leaf(column, path, "day", "day", title)
        case inspect.DateTimeType():
            yield Leaf(column, path, "instant", "instant", title)
        case inspect.StrType() if extra.get("written") is None or path[-1] in PLACES:
            yield Leaf(column, path, "plain", "text", title)


@cache
def leaves(entry_type: type[Entry]) -> tuple[Leaf, ...]:
    """The values of a type that are exported, those of every entry left out."""
    return tuple(
        leaf
        for part in fields_of_type(entry_type)
        if part.encode_name not in COMMON
        for leaf in _leaf((part.encode_name,), part.type, field_words(part.encode_name, part.type).title)
    )


EXPORTED: Final = {name: of for name, of in ENTRY_TYPES.items() if of.kept_on == "case" and name not in OF_INSPECTIONS}
"""The types of entry that are exported, by name."""

UNITS: Final[Mapping[str, str]] = {
    "hours": "hours", "hours_offered": "hours", "unpaid_work_hours": "hours", "score": "per cent", "size": "bytes",
    "likelihood_of_reoffending_score": "points of the instrument",
}  # fmt: skip

MEANS: Final[Mapping[Kind, str]] = {
    "entry": "Number of the entry of the same case that this names",
    "entries": "Numbers of the entries of the same case that this names",
    "staff": "Digest of a staff key, or the key in an identified export",
    "person": "Digest of a CRN, or the CRN in an identified export",
    "cases": "Cases, as in the field case",
    "code": "In words",
    "codes": "In words",
}


def _own_fields() -> Iterator[Field]:
    """A field for each column, in the order of the declarations, with the types that have it."""
    found: dict[str, list[tuple[str, Leaf]]] = {}
    for name, entry_type in EXPORTED.items():
        for leaf in leaves(entry_type):
            found.setdefault(leaf.column, []).append((name, leaf))
    for column, those in found.items():
        leaf, holds = those[0][1], those[0][1].holds
        if other := next((name for name, one in those if one.holds != holds), None):
            raise TypeError(
                f"the column {column} of exported entries holds {holds} of {those[0][0]} and something else of {other}: "
                "give one of them another column in RENAMED"
            )
        types = ", ".join(title_of(EXPORTED[name]) for name, _ in those)
        says = MEANS.get(leaf.kind, "As recorded")
        yield Field(column, holds, leaf.title, f"{says}. Of: {types}", UNITS.get(column, ""), INTERCHANGE)


_FIRST = (
    CASE,
    Field("number", "whole", "Number", "Its number in its file, from 1, in the order in which entries were stored; other tables "
          "name entries by it", required=True),
    Field("type", "text", "Type", "What the entry is, in words", cite=INTERCHANGE, required=True),
    Field("occurred_on", "day", "Occurred on", "The day on which it happened", cite=INTERCHANGE, required=True),
    Field("occurred_at", "instant", "Occurred at", "The instant, where the time of day matters", cite=INTERCHANGE),
    Field("recorded_at", "instant", "Recorded at", "When it was recorded on the file of its source", cite=INTERCHANGE,
          required=True),
    Field("recorded_by", "text", "Recorded by", "Digest of the staff key of who recorded it, or the key in an identified export",
          cite=INTERCHANGE),
    Field("stored_at", "instant", "Stored at", "When this service stored it", cite="caseaudit, docs/third-time.md",
          required=True),
)  # fmt: skip

_CORRECTED = Field("corrected", "texts", "Corrected", "Names of the fields that a correction gives anew. The entry that it is "
                   "about (field of_entry) has a row with the new values", cite=ARCHITECTURE)  # fmt: skip

TABLE: Final = Table(
    "entries", "Entries", "Every entry of the cases: one row an entry as it read in one span of knowledge. An entry that was never "
    "corrected or withdrawn has one row", (*_FIRST, *_own_fields(), _CORRECTED, *KNOWN), ("case", "number", "known_from"),
    (OF_CASE,),
)  # fmt: skip

ENTRY_ID = Field("entry_id", "text", "Id of the entry", "The source's own id", cite=INTERCHANGE)

IDENTIFIED: Final = Table(
    TABLE.name, TABLE.title, TABLE.says, (*TABLE.fields[:2], ENTRY_ID, *TABLE.fields[2:]), TABLE.key, TABLE.foreign
)
"""The table of an identified export: with the ids of entries."""
