"""Descriptions of entries, states and periods of a clause in plain words."""

import re
from typing import Any

from domain.calendar.workdays import Length
from domain.entries.code_lists import RISK_LEVELS, label
from domain.policy.conditions import EntryPattern, When


def entry_words(pattern: EntryPattern) -> str:
    """The entries that are meant: ``assessment completed (risk of harm on it; stage review)``."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", pattern.type.__name__).lower()
    parts = [_condition(name, wanted) for name, wanted in pattern.where]
    if pattern.naming is not None:
        parts.append(f"naming its {label(pattern.naming)}")
    return f"{words} ({'; '.join(parts)})" if parts else words


def _condition(name: str, wanted: Any) -> str:
    if wanted == "present":
        return f"{label(name)} on it"
    if isinstance(wanted, frozenset):
        return f"{label(name)} {_either(wanted)}"
    return f"every {label(name)}: {label(wanted[1])}"


def state_words(when: When) -> str:
    """A state of the case: ``risk of harm is high or very high``."""
    return " and ".join(f"{_attribute(name)} is {_either(values)}" for name, values in when)


def _attribute(name: str) -> str:
    return {"risk": "risk of harm", "mappa_level": "the MAPPA level"}.get(name, label(name))


def _either(values: frozenset[Any]) -> str:
    return " or ".join("none on file" if value is None else str(label(value)) for value in sorted(values, key=_place))


def _place(value: Any) -> tuple[int, str]:
    return (RISK_LEVELS.index(value) if value in RISK_LEVELS else -1, str(value))


def span_words(period: Length | None) -> str:
    """The time within which failures count together."""
    return "at any time" if period is None else f"within {period}, the first day counted"
