"""The seed of a draw, which nobody types and nobody can try out beforehand.

It is made from the frame's entry and from the first entry that the record stored after it. The second has the instant of its
storing in its hash, which no person chooses. Whoever has the frame and that hash can make the seed again.
"""

import json
from hashlib import sha256

from domain.entries.entry import CLAIMED
from domain.entries.inspection_entries import FrameTaken
from domain.entries.schemas import dump_entry


def frame_digest(frame: FrameTaken) -> str:
    """SHA-256, in hex, of the frame's entry: its fields in the interchange form, without what another record claims of it.

    They are written as JSON with sorted keys and no spaces, in UTF-8. The hashes of the log are shown to many; this one is
    not, so that nobody who knows those alone can make the seed.
    """
    values = {name: value for name, value in dump_entry(frame).items() if name not in CLAIMED}
    return sha256(json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def seed_of(frame: str, after: str) -> str:
    """The seed, in hex: SHA-256 of the digest of the frame and of the hash of the first entry after it, as 64 bytes."""
    return sha256(bytes.fromhex(frame) + bytes.fromhex(after)).hexdigest()
