"""Ledgers of many cases at once, by compiled code, where Numba is installed. The rows are those of ``projections.ledger.ledger``."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from typing import Any

from domain.entries.case_entries import ContactLogged, Entry
from projections.ledger.ledger import Ledger
from projections.obligations.clause_catalogue import catalogue

WORTH_IT = 1_000_000
"""Entries from which compiled code is used: it takes half a minute to compile the first time, and saves a millisecond a case."""


def installed() -> bool:
    """Whether this machine can compile."""
    return find_spec("numba") is not None


def compiles(entries: int) -> bool:
    """Whether a record of so many entries is derived by compiled code."""
    return entries >= WORTH_IT and installed()


def ledgers(cases: Sequence[list[Entry]]) -> Iterator[Ledger]:
    """The ledger of each case, from all its entries in any order."""
    from projections.compiled.coded import AT_ONCE  # only where Numba is installed
    from projections.compiled.deriving import ledgers_of

    for at in range(0, len(cases), AT_ONCE):
        yield from ledgers_of(_coding(), cases[at : at + AT_ONCE])


def prepare() -> None:
    """Have the code compiled, and kept on disk for the processes to come."""
    at = datetime(2005, 10, 3, 12, tzinfo=UTC)
    entry = ContactLogged(entry="1", occurred_on=at.date(), recorded_at=at, contact_type="letter")
    list(ledgers([[entry]]))


@cache
def _coding() -> Any:
    from projections.compiled.coded import Coding
    from projections.compiled.reading import Reading

    return Coding(Reading(catalogue().clauses))
