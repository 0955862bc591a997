"""What is wrong with an answer: at which question it stands on the form, and in which words."""

import re
from collections.abc import Mapping

from web.recording.entry_forms import TYPED, Field


def place_of(name: str, asked: Mapping[str, Field]) -> str:
    """The question of the form at which a problem stands: the field's own, that of its list, or the first of its group."""
    if name == "recorded_at":
        return "occurred_on"
    found = (each for each in asked if each == name or each.startswith(f"{name}.") or name.startswith(f"{each}."))
    return next(found, "entry")


def problem_words(reason: str, field: Field | None) -> str:
    """The problem as a sentence that names the question."""
    if reason.startswith("missing") and field is not None:
        return f"{'Enter' if field.kind in TYPED else 'Choose an answer for'} “{field.full_label}”"
    if reason.startswith("Not a valid") and field is not None:
        return f"Enter a number for “{field.full_label}”{' without decimals' if 'integer' in reason else ''}"
    if reason.startswith("Longer than") and field is not None:
        longest = int(re.sub(r"\D", "", reason))
        return f"“{field.full_label}” must have no more than {longest:,} characters"
    return reason[:1].upper() + reason[1:].replace("write it as 2005-10-03", "enter it like 3/10/2005")
