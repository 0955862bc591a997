"""What the rows of a case depend on besides its entries: the program, the kinds of rows, the standards and the frameworks."""

import hashlib
from functools import cache
from importlib.resources import files

from domain import __version__
from domain.policy.policy_folders import policy_digest
from projections.ledger.row_kinds import ROW_KINDS
from projections.obligations.clause_catalogue import catalogue

RULES = 4
"""Increase it with every change by which other rows follow from the same entries."""


@cache
def derived_by() -> str:
    """The SHA-256, in hex, of what the rows depend on. Rows with another one are derived again."""
    said = hashlib.sha256(repr((RULES, __version__, catalogue().names, tuple(ROW_KINDS.values()))).encode())
    for folder in ("standards", "frameworks"):
        for path in sorted(files("domain.policy").joinpath(folder).iterdir(), key=lambda p: p.name):
            if path.name.endswith(".yaml"):
                said.update(path.read_bytes())
    said.update(policy_digest().encode())
    return said.hexdigest()
