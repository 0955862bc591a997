"""What every entry carries: the base of all facts, and the kinds of value that they are made of.

Two dates stand on every fact and are never mixed: ``occurred_on``, the day it happened in the world, and
``recorded_at``, the instant at which the file came to say so. ``entry`` is the source's own id, unique in its file.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

CASE = r"[A-Z][0-9]{6}/[1-9][0-9]{0,8}"
INSPECTION = r"[a-z0-9]+(?:-[a-z0-9]+)*"
"""How the file of a case and that of an inspection are named."""

# To the very end, \Z: a dollar would let a line break follow.
CRN = r"^[A-Z][0-9]{6}\Z"
CASE_REFERENCE = rf"^{CASE}\Z"
HASH = r"^[0-9a-f]{64}\Z"

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Note = Annotated[str, Meta(max_length=20_000)]
Instant = Annotated[datetime, Meta(tz=True)]
CaseReference = Annotated[str, Meta(pattern=CASE_REFERENCE)]


# gc=False, here and below: read from JSON and never changed, none can be part of a cycle; the collector need not look.
class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A named group of values inside a fact."""


class Entry(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag=True,
    gc=False,
):
    """What every entry carries. ``occurred_at`` (with an offset) only where the time of day matters."""

    kept_on: ClassVar[str] = "case"
    """Which kind of file the fact belongs to: ``case`` or ``inspection``."""

    entry: Id
    occurred_on: date
    recorded_at: Instant
    recorded_by: Id | None = None
    occurred_at: Instant | None = None
