"""Register entries: what the record says about itself, in the same log as the entries of cases.

Who has an account, which sources may import, which key signs. Each is kept on a file of its own, such as ``account:jo`` or
``source:crams``. They are no part of the interchange form: each record has its own.
"""

import re
from typing import ClassVar

from msgspec import Struct

from domain.entries.entry import Instant

REGISTER = re.compile(r"(?P<kind>[a-z]+):(?P<name>.{1,200})", re.DOTALL)
"""The pattern of the references of their files. No case and no inspection has a colon in its reference."""


class RegisterEntry(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="type", tag=True
):
    """The base of all register entries. ``at``: when it was decided, with its offset."""

    kept_on: ClassVar[str] = "register"

    at: Instant


class TreeMade(RegisterEntry, frozen=True):
    """The tree of a record of an older version was made, of so many entries; ``hash``: the end of its chain then, in hex.

    Of these entries it shows only what they were at that time.
    """

    entries: int
    hash: str


def register_types() -> dict[str, type[RegisterEntry]]:
    """Every type of register entry by its name."""
    return {cls.__name__: cls for cls in RegisterEntry.__subclasses__()}


def is_register(reference: str) -> bool:
    """Whether this is the reference of a file with register entries."""
    return REGISTER.fullmatch(reference) is not None
