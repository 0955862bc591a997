"""What every entry carries: the base of all facts, and the kinds of value that they are made of.

Two dates stand on every fact and are never mixed: ``occurred_on``, the day it happened in the world, and
``recorded_at``, the instant at which the file came to say so. ``entry`` is the source's own id, unique in its file.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

CRN = r"^[A-Z][0-9]{6}$"
CASE_REFERENCE = r"^[A-Z][0-9]{6}/[1-9][0-9]{0,8}$"
HASH = r"^[0-9a-f]{64}$"

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Note = Annotated[str, Meta(max_length=20_000)]
Instant = Annotated[datetime, Meta(tz=True)]
CaseReference = Annotated[str, Meta(pattern=CASE_REFERENCE)]


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A named group of values inside a fact."""


class Fact(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="type", tag=True
):
    """What every entry carries. ``occurred_at`` (with an offset) only where the time of day matters."""

    kept_on: ClassVar[str] = "case"
    """Which kind of file the fact belongs to: ``case`` or ``inspection``."""

    entry: Id
    occurred_on: date
    recorded_at: Instant
    recorded_by: Id | None = None
    occurred_at: Instant | None = None
