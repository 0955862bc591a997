"""The entry that a form's answers make: a whole one, or a correction of one on the file."""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from domain.entries.case_entries import Entry
from domain.entries.schemas import ShapeError, dump_entry, load_entry
from web.recording.entry_forms import NOT_ASKED, Field
from web.recording.typed_values import values_of

_TOKEN = re.compile(r"form-[0-9a-f]{12}")


def form_token(typed: Mapping[str, Sequence[str]]) -> str:
    """The id of the entry that this form makes: the same each time the form is sent."""
    sent = next(iter(typed.get("entry", ())), "")
    return sent if _TOKEN.fullmatch(sent) else f"form-{secrets.token_hex(6)}"


def whole_entry(
    fact_type: type[Entry], fields: Sequence[Field], typed: Mapping[str, Sequence[str]], given: Mapping[str, Any]
) -> Entry:
    """The whole entry; ``ShapeError`` with everything that is wrong in it and every question not answered.

    ``given``: what the service fills in itself, as interchange values.
    """
    asked = values_of(fields, typed)
    problems = [(f.name, "missing") for f in fields if f.required and "." not in f.name and f.name not in asked]
    problems += [
        (f.name, "choose one of those that are offered")
        for f in fields
        if f.kind == "choice" and f.name in asked and str(asked[f.name]) not in dict(f.options)
    ]
    try:
        fact = load_entry(fact_type.__name__, {**asked, **given})
    except ShapeError as error:
        problems += [(name, reason) for name, reason in error.problems if (name, "missing") not in problems]
    if problems:
        raise ShapeError(problems)
    return fact


def correction_of(
    of: Entry, fields: Sequence[Field], typed: Mapping[str, Sequence[str]], given: Mapping[str, Any]
) -> Entry:
    """A correction of the fields that were changed or emptied; ``ShapeError`` where none was. ``given``: as above."""
    before, after = dump_entry(of), values_of(fields, typed)
    load_entry(type(of).__name__, {**{k: v for k, v in before.items() if k in NOT_ASKED}, **after})
    changed = {}
    for name in dict.fromkeys(field.name.split(".")[0] for field in fields):
        standing = before.get(name, getattr(of, name, None))
        now = after.get(name, [] if isinstance(standing, list) else None)
        if not _same(standing, now):
            changed[name] = now
    if not changed:
        raise ShapeError([("occurred_on", "nothing is changed; change what is wrong")])
    return load_entry("EntryCorrected", {"of": of.entry, "fields": changed, **given})


def _same(one: Any, other: Any) -> bool:
    """Whether two values say the same: codes chosen from a list have no order."""
    if isinstance(one, list) and isinstance(other, list) and all(isinstance(item, str) for item in (*one, *other)):
        return sorted(one) == sorted(other)
    return bool(one == other)
