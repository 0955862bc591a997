"""Register entries: what the record says about itself, in the same log as the entries of cases.

Who has an account, which sources may import, which key signs. Each is kept on a file of its own, such as ``account:jo`` or
``source:crams``. They are no part of the interchange form: each record has its own.
"""

import re
from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

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


MOST_DELAY = 45
"""The longest normal delay of a source, in days (**P**, a parameter of ours): an extract a month, and its way here."""


class SourceRegistered(RegisterEntry, frozen=True, kw_only=True):
    """On ``source:NAME``: who may import for this source from now on, and for what. The last one counts.

    ``users``: users of the system, at the command line. ``accounts``: user names, on the site. ``areas``: those whose cases
    it may give; none: all. ``normal_delay``: days after its recording by which an entry of this source normally is here.
    """

    users: list[str] = []
    accounts: list[str] = []
    areas: list[str] = []
    normal_delay: Annotated[int, Meta(ge=0, le=MOST_DELAY)] = 7


class TakingOverDeclared(RegisterEntry, frozen=True, kw_only=True):
    """On ``source:NAME``: its first load is taken over from now on. What was recorded before ``cut_over`` is not late.

    ``areas``: those taken over; none: all that the source may give. ``asked_by``, ``confirmed_by``: two people; without the
    second it was declared alone.
    """

    cut_over: date
    areas: list[str] = []
    asked_by: str
    confirmed_by: str | None = None


class TakingOverClosed(RegisterEntry, frozen=True, kw_only=True):
    """On ``source:NAME``: the taking over that was declared last is complete. What comes from now on may be late."""


class ClientNamed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The client of the organisation's sign-in that a machine account is: by its issuer, id and subject."""

    issuer: str
    id: str
    subject: str


class AccountSet(RegisterEntry, frozen=True, kw_only=True):
    """On ``account:USERNAME``: the account as it is from now on. The last one counts.

    ``names``: every printed name that it ever had. ``asked_by``, ``request``: who asked for it and the number of the request,
    where a second person confirmed it; who did so stands in the column ``actor``. ``adopted``: it is of an older version, which
    kept accounts in a table alone; the entry says what stood there. ``rights``, ``place_level``, ``source``, ``client``: of a
    machine alone.
    """

    username: str
    name: str
    role: str
    places: list[str] = []
    inspections: list[str] = []
    grade: str | None = None
    disabled: bool = False
    staff: list[str] = []
    until: date | None = None
    revision: int = 0
    names: list[str] = []
    asked_by: str | None = None
    request: int | None = None
    adopted: bool = False
    rights: list[str] = []
    place_level: str | None = None
    source: str | None = None
    client: ClientNamed | None = None


class NameBound(RegisterEntry, frozen=True, kw_only=True):
    """On ``account:USERNAME``: a printed name in older limits of access means this account alone. The last of a name counts.

    ``asked_by``, ``request``, ``adopted``: as in ``AccountSet``.
    """

    name: str
    asked_by: str | None = None
    request: int | None = None
    adopted: bool = False


def register_types() -> dict[str, type[RegisterEntry]]:
    """Every type of register entry by its name."""
    return {cls.__name__: cls for cls in RegisterEntry.__subclasses__()}


def is_register(reference: str) -> bool:
    """Whether this is the reference of a file with register entries."""
    return REGISTER.fullmatch(reference) is not None
