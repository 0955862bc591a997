"""The base of all facts, and the types of their values.

Every fact has two dates, which are never mixed: ``occurred_on``, the day on which it happened, and ``recorded_at``, the
instant at which it was recorded on the file. ``entry`` is the source's own id, unique in its file.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

CASE = r"[A-Z][0-9]{6}/[1-9][0-9]{0,8}"
INSPECTION = r"[a-z0-9]+(?:-[a-z0-9]+)*"
"""The patterns of the references of cases and of inspections, without anchors."""

# \Z and not $, which would also match before a line break at the end.
CRN = r"^[A-Z][0-9]{6}\Z"
CASE_REFERENCE = rf"^{CASE}\Z"
HASH = r"^[0-9a-f]{64}\Z"

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Note = Annotated[str, Meta(max_length=20_000)]
Instant = Annotated[datetime, Meta(tz=True)]
CaseReference = Annotated[str, Meta(pattern=CASE_REFERENCE)]


# gc=False, here and below: facts are read from JSON and never changed, so none is part of a reference cycle.
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
    """The fields of every entry. ``occurred_at`` (with its offset) is given only where the time of day matters."""

    kept_on: ClassVar[str] = "case"
    """The kind of file that the fact belongs to: ``case`` or ``inspection``."""

    entry: Id
    occurred_on: date
    recorded_at: Instant
    recorded_by: Id | None = None
    occurred_at: Instant | None = None
