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


SEALED_FROM = "record:sealed-from"
"""The reference of the file that says which log this one was sealed from."""


class LogSealed(RegisterEntry, frozen=True):
    """The first entry of a log that was written anew from one without sealing: every other is the next entry of that one, sealed.

    ``sealed_from``: the name of the old record. ``leaves`` and ``root`` (in hex): of its tree. ``position`` and ``hash`` (in hex):
    the end of its chain. ``hashes``: SHA-256 in hex of its hashes by position, one after the other, which are kept as a list.
    """

    sealed_from: str
    leaves: int
    root: str
    position: int
    hash: str
    hashes: str


CHECKPOINTS = "record:checkpoints"
"""The reference of the file that says when the head of the log was put on record."""


class CheckpointMade(RegisterEntry, frozen=True):
    """The head of the log was put on record on purpose: so many ``leaves``, with this ``root`` (in hex), before this entry.

    The seed of a draw is made from it where nothing else was stored after the frame.
    """

    leaves: int
    root: str
