"""Entries as Arrow tables: the JSON of the store is read type by type by Arrow itself, and only corrected files by our own code."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow_json

from domain.entries.case_entries import EntryCorrected, EntryWithdrawn, about_inspections
from domain.entries.code_lists import label
from domain.entries.entry import Entry
from domain.entries.entry_words import title_of
from domain.sealing.sealing import entry_part
from domain.store.entry_codec import encoded, stored_entry, topic_of
from domain.store.lateness import recorded_at_of
from domain.store.record_reader import StoredState
from projections.exports.entry_columns import EXPORTED, IDENTIFIED, TABLE, Leaf, leaves
from projections.exports.pseudonyms import Pseudonyms
from projections.ledger.knowledge_spans import versions

INSTANT, DAY, TEXT = pa.timestamp("us", tz="UTC"), pa.date32(), pa.string()

BLOCK = 1 << 24
"""Bytes that Arrow reads at a time, at least: more than the longest entry."""

_TYPES = {topic_of(entry_type): entry_type for entry_type in EXPORTED.values()}
_AMENDS = frozenset((topic_of(EntryCorrected), topic_of(EntryWithdrawn)))


@dataclass
class _OfType:
    """The entries of one type that are to be read: their JSON, and beside each what the JSON does not say.

    ``since``, ``until``: from when to when it read so; no ``since``: from its recording on.
    """

    lines: Sequence[bytes]
    case: Sequence[str]
    number: Sequence[int]
    stored_at: Sequence[str]
    since: Sequence[datetime | None] | None = None
    until: Sequence[datetime | None] | None = None
    corrected: Sequence[list[str] | None] | None = None

    @classmethod
    def as_stored(cls, rows: Sequence[StoredState]) -> "_OfType":
        """Entries that were never corrected or withdrawn."""
        case, number, _, states, stored_at = zip(*rows, strict=True)
        return cls([entry_part(state) for state in states], case, number, stored_at)


class _Version(NamedTuple):
    """One reading of an entry that was corrected or withdrawn, or what did so. ``corrected``: the fields that it gives anew."""

    stored: StoredState
    line: bytes
    since: datetime | None
    until: datetime | None
    corrected: list[str] | None = None


class _Head(msgspec.Struct):
    """What of a stored entry says which entry it is, and which one it is about."""

    entry: str
    of: str | None = None


_head: Callable[[bytes], _Head] = msgspec.json.Decoder(_Head).decode


def entry_tables(stored: Sequence[StoredState], pseudonyms: Pseudonyms, known_at: datetime | None) -> Any:
    """The rows of the table of entries from all entries of some files, by file and number, as one Arrow table.

    ``known_at`` None: all knowledge; else what had been recorded by then, as it read then.
    """
    known = stored if known_at is None else [one for one in stored if recorded_at_of(one.state) < known_at]
    plain, amended = _apart(known)
    parts = [_read(_TYPES[topic], _OfType.as_stored(rows), pseudonyms) for topic, rows in plain.items()]
    parts += [_read(entry_type, _of_versions(rows), pseudonyms) for entry_type, rows in amended.items()]
    asked = IDENTIFIED if pseudonyms.identified else TABLE
    if not (parts := [part for part in parts if len(part)]):
        return asked.schema.empty_table()
    return _filled(pa.concat_tables(parts, promote_options="default"), asked)


def _apart(known: Iterable[StoredState]) -> tuple[dict[str, list[StoredState]], dict[type[Entry], list[_Version]]]:
    """The entries that read as they are stored, by topic; and the readings of the others, by type."""
    known = list(known)
    files = {one.reference for one in known if one.topic in _AMENDS}
    touched: dict[str, list[StoredState]] = {}
    if files:
        heads = [(one, _head(entry_part(one.state))) for one in known if one.reference in files]
        about = {(one.reference, head.of) for one, head in heads if one.topic in _AMENDS}
        for one, head in heads:
            if one.topic in _AMENDS or (one.reference, head.entry) in about:
                touched.setdefault(one.reference, []).append(one)
    gone = {(one.reference, one.version) for of_file in touched.values() for one in of_file}
    plain: dict[str, list[StoredState]] = defaultdict(list)
    for one in known:
        if one.topic in _TYPES and (one.reference not in files or (one.reference, one.version) not in gone):
            plain[one.topic].append(one)
    amended: dict[type[Entry], list[_Version]] = defaultdict(list)
    for of_file in touched.values():
        for entry_type, version in _readings(of_file):
            amended[entry_type].append(version)
    return plain, amended


def _filled(table: Any, asked: Any) -> Any:
    """The table with every column that is asked for; of one that no entry has, nothing."""
    table = _with_numbers(table)
    made = [
        table[one.name] if one.name in table.column_names else pa.nulls(len(table), one.type) for one in asked.schema
    ]
    return pa.Table.from_arrays(made, names=asked.schema.names)


def _readings(of_file: Sequence[StoredState]) -> Iterator[tuple[type[Entry], _Version]]:
    """The readings of the corrected and withdrawn entries of one file, and what did so. Those for inspections are left out."""
    stored = {(fact := stored_entry(one.topic, one.state)).entry: (fact, one) for one in of_file}
    facts = [fact for fact, _ in stored.values()]
    apart = about_inspections(facts)
    instants, every = versions(facts)
    ends: list[datetime | None] = [*instants, None]
    for since, until, fact in ((ends[one.since], ends[one.until], one.fact) for one in every):
        if fact.entry not in apart and type(fact).__name__ in EXPORTED:
            yield type(fact), _Version(stored[fact.entry][1], encoded(fact), since, until)
    for fact, one in stored.values():
        if isinstance(fact, EntryCorrected | EntryWithdrawn) and fact.entry not in apart:
            names = sorted(fact.fields) if isinstance(fact, EntryCorrected) else None
            yield type(fact), _Version(one, entry_part(one.state), None, None, names)


def _of_versions(rows: Sequence[_Version]) -> _OfType:
    stored, lines, since, until, corrected = zip(*rows, strict=True)
    case, number, _, _, stored_at = zip(*stored, strict=True)
    return _OfType(lines, case, number, stored_at, since, until, corrected)


def _read(entry_type: type[Entry], rows: _OfType, pseudonyms: Pseudonyms) -> Any:
    """The rows of one type: the fields of every entry, and its own."""
    text = b"\n".join(rows.lines) + b"\n"
    read = arrow_json.read_json(
        pa.BufferReader(text), read_options=arrow_json.ReadOptions(block_size=max(BLOCK, len(text) + 1)),
        parse_options=arrow_json.ParseOptions(explicit_schema=_asked(entry_type), unexpected_field_behavior="ignore"),
    ).combine_chunks()  # fmt: skip
    recorded = _instants(read["recorded_at"])
    length = len(rows.lines)
    columns: dict[str, Any] = {
        "case": _distinct(pa.array(rows.case, TEXT), lambda text: pseudonyms.of("case", text)),
        "number": pa.array(rows.number, pa.int32()),
        "entry_id": _one(read["entry"]),
        "type": pa.repeat(title_of(entry_type), length),
        "occurred_on": _one(read["occurred_on"]).cast(DAY),
        "occurred_at": _instants(read["occurred_at"]),
        "recorded_at": recorded,
        "recorded_by": _distinct(_one(read["recorded_by"]), lambda text: pseudonyms.of("staff", text)),
        "stored_at": _instants(pa.array(rows.stored_at, TEXT)),
        "known_from": recorded if rows.since is None else pc.coalesce(pa.array(rows.since, INSTANT), recorded),
        "known_until": pa.nulls(length, INSTANT) if rows.until is None else pa.array(rows.until, INSTANT),
        "corrected": pa.array(rows.corrected, pa.list_(TEXT)) if rows.corrected else pa.nulls(length, pa.list_(TEXT)),
    }
    for leaf in leaves(entry_type):
        columns[leaf.column] = _column(leaf, _at(read, leaf.path), read, pseudonyms)
    made = pa.table(columns)
    return made.filter(pc.is_null(read["inspection"])) if "inspection" in read.column_names else made


@cache
def _asked(entry_type: type[Entry]) -> Any:
    """What Arrow reads of the JSON of a type: no other field of it is looked at."""
    tree: dict[str, Any] = {
        "entry": TEXT, "occurred_on": TEXT, "occurred_at": TEXT, "recorded_at": TEXT, "recorded_by": TEXT,
    }  # fmt: skip
    for leaf in leaves(entry_type):
        held = tree
        for step in leaf.path[:-1]:
            held = held.setdefault(step, {})
        held[leaf.path[-1]] = _RAW.get(leaf.kind) or _PLAIN[leaf.holds]
        if leaf.kind == "staff" and len(leaf.path) == 1:
            tree[f"{leaf.path[0]}_id"] = TEXT
        if leaf.path == ("level",) and entry_type.__name__.startswith("Mappa"):
            held["level"] = pa.int64()
    if "inspection" in entry_type.__struct_fields__:
        tree["inspection"] = TEXT
    return pa.schema(_fields(tree))


_RAW: Mapping[str, Any] = {
    "code": TEXT, "codes": pa.list_(TEXT), "day": TEXT, "instant": TEXT, "entry": TEXT, "entries": pa.list_(TEXT),
    "staff": TEXT, "person": TEXT, "cases": pa.list_(TEXT),
}  # fmt: skip
_PLAIN: Mapping[str, Any] = {"text": TEXT, "whole": pa.int64(), "number": pa.float64(), "flag": pa.bool_()}


def _fields(tree: Mapping[str, Any]) -> list[Any]:
    return [pa.field(name, pa.struct(_fields(of)) if isinstance(of, dict) else of) for name, of in tree.items()]


def _one(column: Any) -> Any:
    """A column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _at(read: Any, path: Sequence[str]) -> Any:
    found = _one(read[path[0]])
    for step in path[1:]:
        found = pc.struct_field(found, step)
    return found


def _instants(column: Any) -> Any:
    return _one(column).cast(INSTANT)


def _column(leaf: Leaf, raw: Any, read: Any, pseudonyms: Pseudonyms) -> Any:
    """The values of a leaf as they are exported; references to entries stay ids until ``_with_numbers``."""
    match leaf.kind:
        case "code":
            return _distinct(raw.cast(TEXT), label)
        case "codes":
            return _within(raw, label)
        case "day":
            return raw.cast(DAY)
        case "instant":
            return raw.cast(INSTANT)
        case "staff":
            own = f"{leaf.path[-1]}_id"
            key = pc.coalesce(_one(read[own]), raw) if own in read.column_names else raw
            return _distinct(key, lambda text: pseudonyms.of("staff", text))
        case "person":
            return _distinct(raw, lambda text: pseudonyms.of("person", text))
        case "cases":
            return _within(raw, lambda text: pseudonyms.of("case", text))
        case "plain":
            return raw.cast(pa.int32()) if leaf.holds == "whole" else raw
    return raw


def _distinct(column: Any, of: Any) -> Any:
    """Each text of a column changed, every different one once."""
    coded = column.dictionary_encode()
    words = pa.array([of(text) for text in coded.dictionary.to_pylist()], TEXT)
    return words.take(coded.indices)


def _within(lists: Any, of: Any) -> Any:
    """Each text of lists changed."""
    changed = _distinct(lists.values, of)
    return pa.ListArray.from_arrays(lists.offsets, changed, mask=lists.is_null()) if lists.null_count else (
        pa.ListArray.from_arrays(lists.offsets, changed)
    )  # fmt: skip


def _with_numbers(table: Any) -> Any:
    """The table with the number of each entry that is named in place of its id. Only entries of the same file are named."""
    table = table.combine_chunks()
    keys = _keys(table["case"], table["entry_id"])
    numbers = _one(table["number"])
    for name in table.column_names:
        if name not in _NAMING:
            continue
        at = table.column_names.index(name)
        column = _one(table[name])
        if _NAMING[name] == "entry":
            found = numbers.take(pc.index_in(_keys(table["case"], column), value_set=keys))
        else:
            found = _numbers_within(column, _one(table["case"]), keys, numbers)
        table = table.set_column(at, name, found)
    return table


def _numbers_within(lists: Any, cases: Any, keys: Any, numbers: Any) -> Any:
    """Lists of ids as lists of numbers."""
    flat = lists.flatten()
    named = _keys(cases.take(pc.list_parent_indices(lists)), flat)
    found = numbers.take(pc.index_in(named, value_set=keys))
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    ends = pc.cumulative_sum(lengths)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), _one(ends).cast(pa.int32())])
    return pa.ListArray.from_arrays(offsets, found, mask=lists.is_null())


def _keys(cases: Any, ids: Any) -> Any:
    """What tells an entry from all others: its case and its id."""
    return pc.binary_join_element_wise(_one(cases), _one(ids), "#")


_NAMING = {
    leaf.column: leaf.kind
    for entry_type in EXPORTED.values()
    for leaf in leaves(entry_type)
    if leaf.kind in ("entry", "entries")
}


def batches_of(stored: Iterable[list[StoredState]], pseudonyms: Pseudonyms, known_at: datetime | None) -> Iterator[Any]:
    """A table of entries for each batch of whole files."""
    return (entry_tables(batch, pseudonyms, known_at) for batch in stored if batch)
