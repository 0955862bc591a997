"""Schema and struct of every type of entry: they admit and refuse the same, and what they admit survives storing."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from domain.entries.case_entries import ENTRY_TYPES, Entry
from domain.entries.plausible_dates import in_range
from domain.entries.schemas import ShapeError, convert, dump_entry, load_entry, schema_of
from domain.entries.tidy_text import paragraphs, tidied, words
from tests.support.depth import examples


def values_of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Any value of a type, as a struct holds it."""
    text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
    match kind:
        case inspect.Metadata(extra={"written": "words"}):
            return text.map(words).filter(bool)
        case inspect.Metadata(extra={"written": "paragraphs"}):
            return text.map(paragraphs)
        case inspect.Metadata(type=inner):
            return values_of(inner)
        case inspect.UnionType(types=types):
            return st.one_of([values_of(t) for t in types])
        case inspect.NoneType():
            return st.none()
        case inspect.StrType(pattern=str() as pattern):
            return st.from_regex(pattern.replace(r"\d", "[0-9]").replace("$", r"\Z"))
        case inspect.StrType():
            return text
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=low, le=high):
            return st.integers(low or 0, 200 if high is None else high)
        case inspect.FloatType():
            return st.floats(0, 24)
        case inspect.DateType():
            return st.dates(date(1900, 1, 1), date(2100, 12, 31))
        case inspect.DateTimeType():
            return st.datetimes(
                datetime(1900, 1, 2),
                datetime(2100, 12, 30),
                timezones=st.sampled_from([UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-5))]),
            )
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.ListType(item_type=item, min_length=low):
            return st.lists(values_of(item), min_size=low or 0, max_size=3)
        case inspect.DictType():
            simple = st.booleans() | st.integers(-9, 9) | text
            return st.dictionaries(text, simple | st.lists(simple, max_size=2), min_size=1, max_size=3)
        case inspect.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{part.name: values_of(part.type) for part in fields if part.name != "sealed"})
    raise AssertionError(kind)


FACTS = st.sampled_from(list(ENTRY_TYPES.values())).flatmap(lambda cls: values_of(inspect.type_info(cls)))

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates().map(str)
JSON = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3))


def fields_of(fact: Entry) -> dict[str, Any]:
    return {name: value for name, value in dump_entry(fact).items() if name != "type"}


def survives(fact: Entry) -> bool:
    """Whether the fact comes back equal from its interchange form, through JSON, and from the store's bytes."""
    name = type(fact).__name__
    assert load_entry(name, fields_of(fact)) == fact
    assert load_entry(name, json.loads(json.dumps(fields_of(fact)))) == fact
    return msgspec.json.decode(msgspec.json.encode(fact), type=type(fact)) == fact


@examples(300)
@given(FACTS)
def test_whatever_a_struct_holds_its_schema_admits_and_reads_back(fact: Entry) -> None:
    assert survives(fact)


@examples(500)
@given(FACTS, st.data())
def test_whatever_a_schema_admits_is_a_fact_that_survives_storing(fact: Entry, data: st.DataObject) -> None:
    values = fields_of(fact)
    part = msgspec.inspect.type_info(type(fact)).fields  # type: ignore[union-attr]
    name = data.draw(st.sampled_from([p.encode_name for p in part]))
    values[name] = data.draw(JSON)
    try:
        loaded = load_entry(type(fact).__name__, values)
    except ShapeError as error:
        assert error.problems and all(at and reason for at, reason in error.problems)
    else:
        assert survives(loaded)


@given(FACTS, st.data())
@examples(80)
def test_a_schema_asks_for_exactly_what_its_struct_needs(fact: Entry, data: st.DataObject) -> None:
    values = fields_of(fact)
    missing = data.draw(st.sampled_from(sorted(values)))
    del values[missing]
    needed = {p.encode_name for p in inspect.type_info(type(fact)).fields if p.required}  # type: ignore[union-attr]
    if missing in needed:
        with pytest.raises(ShapeError) as refused:
            load_entry(type(fact).__name__, values)
        assert refused.value.problems == [(missing, "missing; this type of entry needs it")]
    else:
        assert survives(load_entry(type(fact).__name__, values))
    with pytest.raises(ShapeError, match="not a field of this type of entry"):
        load_entry(type(fact).__name__, {**fields_of(fact), "no_such_field": 1})


@examples(600)
@given(FACTS, st.data())
def test_struct_and_schema_admit_and_refuse_the_same(fact: Entry, data: st.DataObject) -> None:
    """A fact that the struct admits is never shown to the schema: so both must say the same, field for field."""
    values = fields_of(fact)
    part = msgspec.inspect.type_info(type(fact)).fields  # type: ignore[union-attr]
    name = data.draw(st.sampled_from([p.encode_name for p in part if p.name != "sealed"]))  # only the store says that
    values[name] = data.draw(JSON | ODD)
    try:
        values = msgspec.json.decode(msgspec.json.encode(values))
        admitted = msgspec.convert({"type": type(fact).__name__, **values}, type(fact))
    except msgspec.ValidationError:
        struct_admits = False
    else:
        struct_admits = in_range(admitted)
        values = dump_entry(tidied(admitted))  # spaces alone are told apart in tests/domain/entries/test_tidy_text.py
        del values["type"]
    schema_admits = not schema_of(type(fact)).validate(values)
    if schema_admits:  # what marshmallow takes for the same is checked by the struct once more
        with suppress(ShapeError):
            convert(type(fact), values)
            assert struct_admits
    else:
        assert not struct_admits
    try:
        loaded = load_entry(type(fact).__name__, values)
    except ShapeError as error:
        assert not struct_admits and error.problems
    else:
        assert struct_admits and loaded == admitted


ODD = st.sampled_from([
    "2005-06-01", "20050601", "2005-W22-3", "2005-06-01T18:00:00Z", "2005-06-01t18:00:00z", "2005-06-01 18:00:00+01:00",
    "2005-06-01T18:00:00", "2005-06-01T24:00:00Z", "2005-06-01T18:00:00.1234567Z", "1899-12-31", "2101-01-01",
    "1899-12-31T23:59:59Z", "2101-01-01T00:00:00+14:00", "X123456/1", "X123456/1\n", "X123456", "X123456\n", "a" * 64,
    "a" * 64 + "\n", "", "x" * 200, "x" * 201, 0, 1, -1, 1.0, 24, 24.5, 100, 101, True, None, {}, [], [""], {"a": 1},
])  # fmt: skip
"""What one of them might take and the other not."""
