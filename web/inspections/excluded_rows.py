"""The rows of the frame's form in which somebody leaves cases out by hand: the case, a reason of the list, and words."""

import re
from collections.abc import Iterable, Mapping

from domain.entries.code_lists import BY_HAND
from domain.entries.entry import CASE
from projections.inspections.sampling_frame import Excluded
from web.inspections.inspection_form import labelled
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems

ROWS, MOST_ROWS = 3, 300
"""Rows that a form begins with and grows by, and the most that it has."""

_ROW = re.compile(r"excluded\.([0-9]{1,3})\.")


def rows_typed(form: Iterable[str]) -> int:
    """How many rows the form has that was sent; of none, those that it begins with."""
    numbers = [int(found[1]) + 1 for name in form if (found := _ROW.match(name))]
    return min(max([ROWS, *numbers]), MOST_ROWS)


def excluded_fields(rows: int) -> list[Field]:
    """The fields of so many rows."""
    reasons = labelled(BY_HAND)
    return [
        field
        for row in range(rows)
        for field in (
            Field(f"excluded.{row}.case", "text", f"Left out by hand, case {row + 1}", False, "Like X123456/1"),
            Field(f"excluded.{row}.why", "choice", f"Reason for case {row + 1}", False, "", reasons),
            Field(f"excluded.{row}.words", "text", f"In words, for case {row + 1}", False),
        )
    ]


def excluded_typed(form: Mapping[str, str]) -> tuple[dict[str, Excluded], Problems]:
    """The cases that were typed with their reasons, in the order of the rows, and what is wrong, by the field of its row.

    Rows left empty count for nothing.
    """
    found: dict[str, Excluded] = {}
    problems: Problems = {}
    for row in range(rows_typed(form)):
        case, why, words = (form.get(f"excluded.{row}.{name}", "").strip() for name in ("case", "why", "words"))
        if case or why or words:
            problems |= {f"excluded.{row}.{name}": said for name, said in _wrong(case, why, words, found).items()}
            found[case] = Excluded(why, words)  # type: ignore[arg-type]
    return found, problems


def row_of(form: Mapping[str, str], case: str) -> int:
    """The row in which a case was typed."""
    return next(row for row in range(rows_typed(form)) if form.get(f"excluded.{row}.case", "").strip() == case)


def _wrong(case: str, why: str, words: str, before: Mapping[str, Excluded]) -> Problems:
    wrong = {}
    if re.fullmatch(CASE, case) is None:
        wrong["case"] = "Enter the reference of the case, like X123456/1"
    elif case in before:
        wrong["case"] = f"{case} is left out in a row above already"
    if why not in BY_HAND:
        wrong["why"] = "Choose a reason of the list"
    if not words.strip():
        wrong["words"] = "Say in words why the case is left out"
    return wrong
