"""What is wrong with an answer: at which question it stands on the form, and in which words: what is wrong, then what to do."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from domain.entries.entry_words import field_titles
from domain.entries.refusals import Refused
from domain.entries.schemas import entry_type_of
from web.presentation.fact_words import type_title
from web.presentation.formatting import long_date
from web.recording.booking_problems import day_problem
from web.recording.deciding_questions import WORDS
from web.recording.entry_forms import TYPED, Field
from web.recording.reason_words import Asked, named, reason_words
from web.site.date_field import read_day

_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b(?!T)")
_FIELD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_TYPE = re.compile(r"\b(?:[A-Z][a-z]+){2,}\b")


def problems_in_words(
    reasons: Iterable[tuple[str, str]], asked: Mapping[str, Field], type_: str, typed: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Question -> what to do, in the order of the questions. ``reasons``: (field, why it is refused).

    What is about no question, such as a correction that changes nothing, stands at the first one. ``type_``: of the entry.
    """
    placed = [(place_of(name, asked), reason) for name, reason in reasons]
    found = {
        place: problem_words(reason, asked[place], type_, "\n".join(typed.get(place, ())))
        for place, reason in placed if place
    }  # fmt: skip
    first = next(iter(asked), "entry")
    for said in (in_plain_words(reason, type_) for place, reason in placed if not place):
        found[first] = f"{said} {found[first]}" if first in found else said
    order = {place: number for number, place in enumerate(asked)}
    return {place: found[place] for place in sorted(found, key=lambda place: order.get(place, len(order)))}


def place_of(name: str, asked: Mapping[str, Field]) -> str:
    """The question of the form at which a problem stands: the field's own, that of its list, or the first of its group.

    Empty where the form asks no such question.
    """
    if name in ("recorded_at", "occurred_at"):
        return "occurred_on"
    found = (each for each in asked if each == name or each.startswith(f"{name}.") or name.startswith(f"{each}."))
    return next(found, "")


def problem_words(reason: str, field: Field, type_: str = "", typed: str = "") -> str:
    """The problem as a sentence that names the question. ``type_``: of the entry; ``typed``: what stands at the question."""
    asked = Asked(field.full_label, typed)
    if field.kind == "date" and not reason.startswith("missing") and (said := _of_a_date(reason, field, typed)):
        return said
    if (most := re.match(r"Length must be between \d+ and (\d+)", reason)) and len(typed) > int(most[1]):
        reason = f"Longer than {most[1]}"
    if reason.startswith(("missing", "null", "Shorter than minimum length", "Length must be", "Field may not")):
        return WORDS.get((type_, field.name)) or f"{'Enter' if field.kind in TYPED else 'Select'} {asked.within}."
    if reason.startswith("Not a valid"):
        whole = ", without decimals" if "integer" in reason else ""
        return f"{asked.label} must be a number{whole}.{asked.entered}"
    if reason.startswith("Longer than"):
        longest = int(re.sub(r"\D", "", reason))
        over = len(typed) - longest
        return (
            f"{field.full_label} must be {longest:,} characters or fewer.{f' Leave out {over:,}.' if over > 0 else ''}"
        )
    return reason_words(reason, asked) or named(in_plain_words(reason, type_), asked)


def refusal_words(error: Exception) -> str:
    """Why something was not recorded, as a sentence with its stop, without the name of the field."""
    return in_plain_words(error.reason if isinstance(error, Refused) else str(error))


def in_plain_words(reason: str, type_: str = "") -> str:
    """The reason of a refusal as a sentence: days and names of fields and types as a page has them."""
    said = _ISO.sub(lambda found: _day(found[0]), reason)
    titles = field_titles(entry_type_of(type_)) if type_ else {}
    said = _FIELD.sub(lambda found: f"“{titles[found[0]]}”" if found[0] in titles else found[0].replace("_", " "), said)
    said = _TYPE.sub(lambda found: _title(found[0]), said)
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '?')) else '.'}"


def _of_a_date(reason: str, field: Field, typed: str) -> str:
    """The words for a date that is none, has no year, or lies in the future; empty for any other reason."""
    day = read_day(typed)
    if day is None:
        return day_problem(field.full_label, typed) or ""
    if "an entry says what has happened" in reason:
        return f"{field.full_label} must be today or in the past. You entered {long_date(day)}."
    if "not between 1900 and 2100" in reason:
        return f"{field.full_label} must be between 1900 and 2100. You entered {long_date(day)}."
    born = re.search(r"person's birth, (\d{4}(?:-\d\d-\d\d)?)", reason)
    if born:
        return (
            f"{field.full_label} must be on or after the person's birth, {_day(born[1])}. You entered {long_date(day)}."
        )
    began = re.search(r"before (?:the start|its first day), (\d{4}-\d\d-\d\d)", reason)
    if began:
        return f"{field.full_label} must be on or after the day the order began. It began on {_day(began[1])}."
    meant = re.search(r"before the day of the appointment, (\d{4}-\d\d-\d\d)", reason)
    if meant:
        return (
            f"{field.full_label} must be on or after the day of the appointment, {_day(meant[1])}, unless it was rescheduled "
            f"or the absence is acceptable. You entered {long_date(day)}."
        )
    return ""


def _day(text: str) -> str:
    try:
        return long_date(date.fromisoformat(text))
    except ValueError:
        return text


def _title(name: str) -> str:
    try:
        return f"“{type_title(name)}”"
    except KeyError:
        return name
