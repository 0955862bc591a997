"""Clauses as arrays of numbers: what compiled code reads in place of ``domain.policy.clauses``.

Attributes of a case are one number, its *standing*: a digit for each attribute that some clause asks for. Values that no
clause names are all alike, and are nought.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, get_args

import numpy as np

from domain.entries import code_lists
from domain.entries.case_entries import ENTRY_TYPES
from domain.policy.clauses import TRIGGERS
from projections.compiled.compiling import Array

WITHIN, EVERY, FREQUENCY, RESPONSE, WHILE = range(5)
KINDS = ("within", "every", "frequency", "response", "while")
START, RELEASE, END, TRANSFER, ABSENCE, FAILURE, BECOMES_HIGH, CHANGES, ENTRIES, NOTHING = range(10)
assert TRIGGERS == ("start", "release", "end", "transfer", "absence", "failure", "risk_becomes_high", "risk_changes")

STARTED, CUSTODY, RISK, TIER, MAPPA, HELD, ENDED = (1 << n for n in range(7))
"""The parts of a frame, as bits; see ``projections.ledger.case_versions``."""
PARTS = {
    "started": STARTED,
    "custody": CUSTODY,
    "risk": RISK,
    "tier": TIER,
    "mappa_level": MAPPA,
    "allocation": HELD,
    "end": ENDED,
}

TIMED = ("risk", "tier", "mappa_level")
PERSONAL = ("order_type", "gender", "ethnicity", "disability")
"""The attributes that change over time, and those that don't."""

VALUES: dict[str, tuple[Any, ...]] = {
    "risk": code_lists.RISK_LEVELS, "tier": get_args(code_lists.Tier), "mappa_level": get_args(code_lists.MappaLevel)
}  # fmt: skip

TYPES = {fact_type: number for number, fact_type in enumerate(ENTRY_TYPES.values())}
OUTCOMES: dict[str, int] = {outcome: number for number, outcome in enumerate(get_args(code_lists.Outcome))}


class Law(NamedTuple):
    """All clauses by number, with the values of all, their phases, and the descriptions of entries that they use."""

    clauses: Array
    values: Array
    phases: Array
    described: Array
    by: Array  # descriptions
    row: Array  # by standing and clause: which value fits, -1 for none
    holds: Array  # by description of attributes and standing: whether it fits
    turns: Array  # by description of attributes: the parts that it hangs on
    worth: Array  # what each value of ``TIMED`` is worth in a standing
    high: int
    decision_days: int  # working days after which an absence that nobody decided counts as a failure
    longest_months: int  # how far windows are laid where the file gives no end
    longest_doubt: int  # days within which such an absence counts, whatever holidays lie between


def records(**columns: Sequence[Any] | Array) -> Array:
    """Records of whole numbers (or of what is otherwise given), one name for each column."""
    arrays = {name: np.asarray(column) for name, column in columns.items()}
    kinds = {name: np.int64 if array.dtype == np.bool_ else array.dtype for name, array in arrays.items()}
    found = np.empty(len(next(iter(arrays.values()))), list(kinds.items()))
    for name, array in arrays.items():
        found[name] = array
    return found
