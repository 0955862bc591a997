"""Cells of CSV files that no spreadsheet takes for a formula, on the site and at the command line."""

import re

FORMULA = re.compile(
    r"[\s\"'\u2018\u2019\u201c\u201d\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]|\s+[\t\r\n]"
)
"""How a text begins that a spreadsheet may run: with a sign of a formula, also a full-width one, or with a control character."""

NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?")
"""A number runs nothing."""


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take this text for a formula."""
    return FORMULA.match(text) is not None and NUMBER.fullmatch(text) is None


def safe(text: str) -> str:
    """The text as a cell: an apostrophe goes before what may be taken for a formula."""
    return f"'{text}" if is_formula(text) else text


def as_typed(cell: str) -> str:
    """The text of which ``safe`` made this cell."""
    return cell[1:] if cell.startswith("'") and is_formula(cell[1:]) else cell
