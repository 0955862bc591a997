"""The ids of entries of other files: ``X123456/2#e5`` on another case of the same person."""

import re

from domain.entries.entry import CASE

ELSEWHERE = re.compile(f"({CASE})#")
"""The beginning of the id of an entry of another file."""


def crn_of(reference: str) -> str:
    """The CRN in the reference of a case."""
    return reference.partition("/")[0]


def id_elsewhere(reference: str, entry: str) -> str:
    """The id of an entry of another file."""
    return f"{reference}#{entry}"


def file_named(entry: str) -> str | None:
    """The file of an entry of another file, by its id here; None for an entry of the case's own file."""
    found = ELSEWHERE.match(entry)
    return found and found[1]
