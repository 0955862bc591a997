"""Conditions in the language of the standards: which entries count, and which cases a row is for.

``where`` tests the fields of an entry; ``when`` tests the case as it was on a day (order, tier, risk, MAPPA level).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from operator import attrgetter
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from marshmallow import ValidationError, fields, validate

from domain.entries.case_entries import ENTRY_TYPES, Entry
from domain.policy.cited_documents import Document

V = TypeVar("V")

CASE_ATTRIBUTES = (
    "order_type", "requirements", "risk", "tier", "tier_v2", "tier_v3", "mappa_level", "gender", "ethnicity", "disability", "grade",
)  # fmt: skip
"""The attributes of a case that a condition may ask for. ``requirements`` is a set: one of those asked for suffices."""


@dataclass(frozen=True, eq=False)
class EntryPattern:
    """A description of entries: their type, and conditions on their fields.

    ``naming``: the field that must name the entry that raised the duty. ``on``: the field with the day that counts.
    ``unless_outcome``: appointments and unpaid work sessions with these outcomes don't count; ``only_outcome``: only those
    with these do. ``matching``: the field that must equal one item of the entry that raised the duty (see ``each`` of a
    clause). ``unlike``: a field, and the field of the entry that raised the duty from which it must differ.

    Equal descriptions are one object, however many clauses use them: the entries that fit are looked up once a case.
    """

    type: type[Entry]
    where: tuple[tuple[str, Any], ...] = ()
    naming: str | None = None
    on: str | None = None
    unless_outcome: tuple[str, ...] = ()
    matching: str | None = None
    only_outcome: tuple[str, ...] = ()
    unlike: tuple[str, str] | None = None

    def among(self, facts: list[Entry]) -> list[Entry]:
        """Those of these entries, all of its type, that fit the description; in the same order."""
        found = facts
        for hold in self._tests:
            found = hold(found)
        return found

    def among_holders(self, holders: list[V]) -> list[V]:
        """As ``among``, for objects that hold an entry in their attribute ``fact``."""
        found = holders
        for hold in self._tests_of_holders:
            found = hold(found)
        return found

    @cached_property
    def _tests(self) -> tuple[Callable[[list[Any]], list[Any]], ...]:
        return tuple(_test(attrgetter(name), _is_list(self.type, name), wanted) for name, wanted in self.where)

    @cached_property
    def _tests_of_holders(self) -> tuple[Callable[[list[Any]], list[Any]], ...]:
        return tuple(
            _test(attrgetter(f"fact.{name}"), _is_list(self.type, name), wanted) for name, wanted in self.where
        )

    @cached_property
    def about_anything(self) -> bool:
        """Whether such an entry meets a duty whatever entry raised it."""
        return self.naming is None and self.matching is None and self.unlike is None

    @cached_property
    def only_names(self) -> bool:
        """Whether naming the entry that raised the duty is all that is asked."""
        return self.matching is None and self.unlike is None

    def matches(self, fact: Entry, item: object, raising: Entry | None) -> bool:
        """Whether the entry matches ``item`` where that is asked, and differs from the entry that raised the duty."""
        if self.matching is not None and getattr(fact, self.matching) != item:
            return False
        return self.unlike is None or raising is None or not same_name(fact, raising, self.unlike)

    def day(self, fact: Entry) -> date:
        """The day that counts: ``occurred_on``, or the day in the field ``on``."""
        day: date = fact.occurred_on if self.on is None else getattr(fact, self.on)
        return day


def same_name(fact: Entry, other: Entry, names: tuple[str, str]) -> bool:
    """Whether a field of one entry and a field of another name the same person, however they are written."""
    one, two = getattr(fact, names[0]), getattr(other, names[1])
    return bool(one.casefold() == two.casefold())


@cache
def described(
    type: type[Entry],
    where: tuple[tuple[str, Any], ...],
    naming: str | None,
    on: str | None,
    unless_outcome: tuple[str, ...],
    matching: str | None,
    only_outcome: tuple[str, ...],
    unlike: tuple[str, str] | None,
) -> EntryPattern:
    """The one description with this content, however many clauses of how many editions use it."""
    return EntryPattern(type, where, naming, on, unless_outcome, matching, only_outcome, unlike)


When = tuple[tuple[str, frozenset[Any]], ...]
"""Attributes of a case and the values each may have; an empty one fits every case."""


def fits(when: When, attributes: Mapping[str, Any]) -> bool:
    return not when or all(_has(attributes.get(name), values) for name, values in when)


def _has(value: Any, wanted: frozenset[Any]) -> bool:
    return not wanted.isdisjoint(value) if isinstance(value, frozenset) else value in wanted


def _test(field: Callable[[Any], Any], is_list: bool, wanted: Any) -> Callable[[list[Any]], list[Any]]:
    """A filter on one field. ``wanted``: a set of values, one of which it must have; ``"present"``: any value but None
    or an empty list; (``"every"``, name): a list whose items all have a true attribute of that name."""
    if isinstance(wanted, frozenset):
        if is_list:
            return lambda found: [one for one in found if not wanted.isdisjoint(field(one))]
        return lambda found: [one for one in found if field(one) in wanted]
    if wanted == "present":
        return lambda found: [one for one in found if field(one) not in (None, [])]
    _, every = wanted
    return lambda found: [one for one in found if field(one) and all(getattr(item, every) for item in field(one))]


def _is_list(entry_type: type[Entry], name: str) -> bool:
    found = next((f for f in msgspec.structs.fields(entry_type) if f.name == name), None)
    if found is None:
        return False  # a property
    bare = get_args(found.type)[0] if get_origin(found.type) is Annotated else found.type
    return get_origin(bare) is list


def holds_of(entry_type: type[Any], name: str) -> set[Any]:
    """The types that a field or property of an entry may hold, ``list[...]`` as it is; empty where there is none of this name."""
    found = next((f.type for f in msgspec.structs.fields(entry_type) if name in (f.encode_name, f.name)), None)
    if found is None and isinstance(made := getattr(entry_type, name, None), property):
        found = get_type_hints(made.fget).get("return")
    bare = get_args(found)[0] if get_origin(found) is Annotated else found
    parts = get_args(bare) if get_origin(bare) in (Union, UnionType) else () if bare is None else (bare,)
    return {get_args(part)[0] if get_origin(part) is Annotated else part for part in parts}


def _check_every(entry_type: type[Entry], name: str, every: str) -> None:
    """``ValidationError`` where a field is no list whose items have such a field."""
    (of, *_) = [*(get_args(one)[0] for one in holds_of(entry_type, name) if get_origin(one) is list), None]
    item = get_args(of)[0] if get_origin(of) is Annotated else of
    if not (isinstance(item, type) and issubclass(item, msgspec.Struct) and every in item.__struct_fields__):
        raise ValidationError(f"'{name}' of {entry_type.__name__} is no list of parts with a field '{every}'", "where")


def _wanted(value: Any) -> Any:
    if value == "present":
        return value
    if isinstance(value, dict):
        if set(value) != {"every"} or not isinstance(value["every"], str):
            raise ValidationError("expected a value, a list of values, 'present' or {every: FIELD}")
        return ("every", value["every"])
    return _values(value)


def _values(value: Any) -> frozenset[Any]:
    """A value, or a list of values, as a set. ``ValidationError`` where there are lists or named parts among them."""
    found = value if isinstance(value, list) else [value]
    if any(isinstance(one, list | dict) for one in found):
        raise ValidationError("expected a value, or a list of values")
    return frozenset(found)


def _fields_of(entry_type: type[Entry]) -> dict[str, str]:
    """The attributes of a type by the names under which a condition may ask for them: its fields and its properties."""
    worked_out = {name: name for name, value in vars(entry_type).items() if isinstance(value, property)}
    return worked_out | {f.encode_name: f.name for f in msgspec.structs.fields(entry_type)}


class EntryPatternField(fields.Nested):
    """``{entry: TYPE, where: {...}, naming: FIELD, on: FIELD, unless_outcome: [...], ...}`` as ``EntryPattern``."""

    def __init__(self, **kwargs: Any):
        super().__init__(EntryPatternSchema, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any) -> EntryPattern:
        found = super()._deserialize(value, attr, data, partial=partial, **kwargs)
        entry_type = ENTRY_TYPES[found["entry"]]
        names = _fields_of(entry_type)
        unlike = found.get("unlike", {})
        asked = [*found.get("where", {}), *(found[k] for k in ("naming", "on", "matching") if k in found), *unlike]
        if len(unlike) > 1:
            raise ValidationError("'unlike' names one field and the field from which it must differ")
        for name in asked:
            if name not in names:
                raise ValidationError(f"'{name}' is not a field of {found['entry']}")
        if "on" in found and date not in holds_of(entry_type, found["on"]):
            raise ValidationError(f"'{found['on']}' is no field of {found['entry']} that holds a day")
        for name, value in found.get("where", {}).items():
            if isinstance(wanted := _wanted(value), tuple):
                _check_every(entry_type, name, wanted[1])
        content = (
            entry_type,
            tuple((names[name], _wanted(value)) for name, value in found.get("where", {}).items()),
            names[found["naming"]] if "naming" in found else None,
            names[found["on"]] if "on" in found else None,
            tuple(found.get("unless_outcome", ())),
            names[found["matching"]] if "matching" in found else None,
            tuple(found.get("only_outcome", ())),
            next(((names[one], other) for one, other in unlike.items()), None),
        )
        return described(*content)


class EntryPatternSchema(Document):
    entry = fields.String(required=True, validate=validate.OneOf(ENTRY_TYPES, error="'{input}' is not a type of entry"))
    where = fields.Dict(keys=fields.String())
    naming = fields.String()
    on = fields.String()
    matching = fields.String()
    unless_outcome = fields.List(fields.String())
    only_outcome = fields.List(fields.String())
    unlike = fields.Dict(keys=fields.String(), values=fields.String())


class WhenField(fields.Field[When]):
    """``{risk: [high, very_high], order_type: licence}`` as ``When``."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> When:
        if not isinstance(value, dict):
            raise ValidationError("expected attributes of the case and their values, like {risk: [high, very_high]}")
        for name in value:
            if name not in CASE_ATTRIBUTES:
                raise ValidationError(f"'{name}' is not an attribute of a case; one of {', '.join(CASE_ATTRIBUTES)}")
        return tuple((name, _values(v)) for name, v in value.items())
