"""What is wrong with an answer: at which question it stands on the form, and in which words: what is wrong, then what to do."""

import re
from collections.abc import Mapping
from datetime import date

from domain.entries.entry_words import field_titles
from domain.entries.refusals import Refused
from domain.entries.schemas import entry_type_of
from web.presentation.formatting import long_date
from web.presentation.phrases import type_title
from web.recording.deciding_questions import WORDS
from web.recording.entry_forms import TYPED, Field
from web.site.date_field import read_day

_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b(?!T)")
_YEARLESS = re.compile(r"\d{1,2}(?:[-/. ]+(?:\d{1,2}|[a-z]{3,9})\b)(?:[-/. ]+\d{1,2})?", re.IGNORECASE)
_FIELD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_TYPE = re.compile(r"\b(?:[A-Z][a-z]+){2,}\b")


def place_of(name: str, asked: Mapping[str, Field]) -> str:
    """The question of the form at which a problem stands: the field's own, that of its list, or the first of its group."""
    if name in ("recorded_at", "occurred_at"):
        return "occurred_on"
    found = (each for each in asked if each == name or each.startswith(f"{name}.") or name.startswith(f"{each}."))
    return next(found, "entry")


def problem_words(reason: str, field: Field | None, type_: str = "", typed: str = "") -> str:
    """The problem as a sentence that names the question. ``type_``: of the entry; ``typed``: what stands at the question."""
    if field is None:
        return in_plain_words(reason, type_)
    if field.kind == "date" and not reason.startswith("missing") and (said := _of_a_date(reason, field, typed)):
        return said
    if reason.startswith(("missing", "null", "Shorter than minimum length", "Length must be", "Field may not")):
        return (
            WORDS.get((type_, field.name))
            or f"{'Enter' if field.kind in TYPED else 'Select'} {_lower(field.full_label)}."
        )
    if reason.startswith("Not a valid"):
        whole = ", without decimals" if "integer" in reason else ""
        return f"{field.full_label} must be a number{whole}. {_entered(typed)}".rstrip()
    if reason.startswith("Longer than"):
        longest = int(re.sub(r"\D", "", reason))
        over = len(typed) - longest
        return (
            f"{field.full_label} must be {longest:,} characters or fewer.{f' Leave out {over:,}.' if over > 0 else ''}"
        )
    return in_plain_words(reason, type_)


def refusal_words(error: Exception) -> str:
    """Why something was not recorded, as a sentence with its stop, without the name of the field."""
    reason = error.reason if isinstance(error, Refused) else str(error)
    return f"{in_plain_words(reason).rstrip('.')}."


def in_plain_words(reason: str, type_: str = "") -> str:
    """The reason of a refusal as a sentence: days and names of fields and types as a page has them."""
    said = _ISO.sub(lambda found: _day(found[0]), reason)
    titles = field_titles(entry_type_of(type_)) if type_ else {}
    said = _FIELD.sub(lambda found: f"“{titles[found[0]]}”" if found[0] in titles else found[0].replace("_", " "), said)
    said = _TYPE.sub(lambda found: _title(found[0]), said)
    return said[:1].upper() + said[1:]


def _of_a_date(reason: str, field: Field, typed: str) -> str:
    """The words for a date that is none, has no year, or lies in the future; empty for any other reason."""
    day = read_day(typed)
    if day is None:
        if _YEARLESS.fullmatch(typed.strip()):
            return f"{field.full_label} must include a year. For example, 3 10 2005."
        return f"{field.full_label} must be a real date. {_entered(typed)} For example, 3 10 2005."
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


def _entered(typed: str) -> str:
    return f"You entered {typed.strip()}." if typed.strip() and len(typed) <= 40 else ""


def _lower(label: str) -> str:
    """The label within a sentence: abbreviations and names of groups keep their capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


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
