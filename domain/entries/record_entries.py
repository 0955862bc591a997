"""Register entries on the record as a whole."""

from domain.entries.register_entries import RegisterEntry

BRANCHES = "record:branches"
"""The reference of the file that says where the record branched from another."""


class RecordBranched(RegisterEntry, frozen=True):
    """From here on this is a record of its own. Up to here it is that of the name ``branched_from``.

    ``leaves`` and ``root`` (in hex): of the tree up to here. ``name``: the record's own name from here on.
    """

    branched_from: str
    leaves: int
    root: str
    name: str
    reason: str
