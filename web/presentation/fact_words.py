"""Entries in words: what they are, what they say, when and by whom they were stored."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from domain.aggregates.other_file_ids import file_named
from domain.calendar.london_time import day_of
from domain.entries import code_lists
from domain.entries.case_entries import ENTRY_TYPES, Entry, EntryCorrected, QualityJudged
from domain.entries.entry import CLAIMED
from domain.entries.entry_words import codes, field_titles, title_of
from domain.entries.references import references
from domain.entries.schemas import dump_entry
from domain.policy.frameworks.framework_files import frameworks
from domain.store.stored_entries import Stored
from projections.history.history import History
from web.presentation.formatting import count_noun, instant, long_date, sentence, short_date

NOT_READABLE = "[not readable without its key]"
"""What is said of a day that does not open."""

COMMON_FIELDS = ("type", "entry", "occurred_on", "occurred_at", "recorded_at", "recorded_by", *CLAIMED)


def stored_words(stored: Stored, named: Callable[[str], str] = str) -> str:
    """When, by whom and for which source this service stored an entry. ``named``: the printed name of a user name."""
    by = stored.by
    if by.tried_out:
        return f"Recorded here by {named(by.account)} on {long_date(day_of(stored.at))}"
    source = f" from {by.source}" if by.source else ""
    unknown = "" if stored.registered else ", a source that is not registered"
    when = f"Taken over on {long_date(day_of(stored.at))}" if stored.taken_over else f"Stored {instant(stored.at)}"
    return f"{when}{source}{unknown}, by {by.who if by.operator else named(by.account)}"


def late_words(stored: Stored) -> str:
    """How late an entry was stored."""
    return f"Stored late: {count_noun(stored.days, 'day')} after it was recorded"


def claim_words(fact: Entry) -> list[str]:
    """What the records from which an entry came claim of themselves, the latest first."""
    words = []
    if fact.stored_at is not None:
        words.append(
            f"The record it came from says: stored {instant(fact.stored_at)}, by {fact.stored_by or 'nobody named'}"
        )
    return words + [f"A record before that says: stored {claim}" for claim in fact.earlier or ()]


def type_title(name: str) -> str:
    """``SupervisionPlanReviewed`` as ``Supervision plan reviewed``."""
    return title_of(ENTRY_TYPES[name])


def fact_title(fact: Entry) -> str:
    """What the entry is, in words; a judgement with what was judged."""
    title = title_of(type(fact))
    if isinstance(fact, QualityJudged) and (framework := frameworks().get(fact.framework)) is not None:
        question = framework.questions.get(fact.question)
        return f"{title}: {question.text}" if question else title
    return title


def fact_named(fact: Entry) -> str:
    """An entry in a list to choose from: ``25 Jul 2005: Appointment made, office``."""
    day = getattr(fact, "for_on", fact.occurred_on)
    details = (str(v) for k, v in dump_entry(fact).items() if k in fact.use.told_apart_by)
    detail = next(details, "")
    return f"{short_date(day)}: {fact_title(fact)}{f', {code_lists.label(detail)}' if detail else ''}"


def entry_of(history: History, entry: str) -> Entry | None:
    """The entry of this id in a history; None: it is not in it (withdrawn, or not known then)."""
    return next((fact for fact in history.entries if fact.entry == entry), None)


def fact_references(fact: Entry) -> dict[str, list[str]]:
    """Field in words -> the ids of the entries that it names."""
    found: dict[str, list[str]] = {}
    titles = field_titles(type(fact))
    for name, entry, _ in references(fact):
        found.setdefault(titles[name], []).append(entry)
    return found


def fact_details(fact: Entry) -> list[tuple[str, str]]:
    """What the entry says beyond when and who: (field in words, value in words)."""
    titles, values = field_titles(type(fact)), _readable(fact)
    left_out = {*COMMON_FIELDS, *(("question",) if isinstance(fact, QualityJudged) else ())}
    left_out |= {f"{name}_id" for name in ("by", "assessor") if name in values}  # the person is named beside it
    if isinstance(fact, EntryCorrected):
        values["fields"] = "; ".join(_corrected_words(values["fields"]))
    return [(titles[name], _field_words(name, value)) for name, value in values.items() if name not in left_out]


def _readable(fact: Entry) -> dict[str, Any]:
    """The values of an entry. In a day that does not open, 1 January of its year is kept, which is not said."""
    values = dump_entry(fact)
    for path in fact.sealed or ():
        *above, name = path.split(".")
        inside: Any = values
        for part in above:
            inside = inside[int(part)] if isinstance(inside, list) else inside[part]
        if not str(inside[name]).startswith("["):
            inside[name] = NOT_READABLE
    return values


def _corrected_words(fields: Mapping[str, Any]) -> list[str]:
    """What a correction changes, each field by its title, where all types that have these fields agree on it."""
    types = [field_titles(kind) for kind in ENTRY_TYPES.values()]
    having = [titles for titles in types if fields.keys() <= titles.keys()]
    found = {name: {titles[name] for titles in having} for name in fields}
    return [
        f"{titles.pop() if len(titles) == 1 else sentence(name.replace('_', ' '))}: {_field_words(name, fields[name])}"
        for name, titles in found.items()
    ]


def _field_words(name: str, value: Any) -> str:
    """The value of a field in words: a framework by its title, an inspection and a clause without hyphens."""
    if name == "framework" and (framework := frameworks().get(value)) is not None:
        return framework.title
    if name in ("inspection", "clause") and isinstance(value, str):
        return sentence(value.replace("-", " "))
    return sentence(value_words(value)) if _is_coded(value) else value_words(value)


def _is_coded(value: Any) -> bool:
    """Whether a value is chosen from a list, and not written by somebody."""
    if isinstance(value, list):
        return bool(value) and all(_is_coded(one) for one in value)
    return isinstance(value, bool) or (isinstance(value, str) and value in codes())


def value_words(value: Any) -> str:
    """A value in words: codes by their labels, dates as words, groups field by field."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case dict():
            return "; ".join(f"{name.replace('_', ' ')}: {value_words(inner)}" for name, inner in value.items())
        case list():
            return ", ".join(value_words(inner) for inner in value) or "none"
        case str():
            return _day(value) or (code_lists.label(value) if value in codes() else value)
        case _:
            return str(value)


def cell_words(value: Any) -> str:
    """A value as a cell of its own, beginning with a capital; what somebody wrote stays as it was written."""
    written = isinstance(value, str) and value not in codes()
    return value_words(value) if written else sentence(value_words(value))


def _day(value: str) -> str | None:
    try:
        return short_date(date.fromisoformat(value)) if len(value) == 10 else None
    except ValueError:
        return None


def openly_named(entry: str) -> str:
    """An entry by its id; one of another file of the person with its file."""
    file = file_named(entry)
    return entry if file is None else f"in {file}"
