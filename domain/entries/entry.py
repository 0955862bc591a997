"""The base of all entries, and the types of their values.

Every entry has two dates, which are never mixed: ``occurred_on``, the day on which it happened, and ``recorded_at``, the
instant at which it was recorded on the file. ``entry`` is the source's own id, unique in its file. Since the field has this
name, a local variable that holds an ``Entry`` is called ``fact``.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, NamedTuple

from msgspec import Meta, Struct

CASE = r"[A-Z][0-9]{6}/[1-9][0-9]{0,8}"
INSPECTION = r"[a-z0-9]+(?:-[a-z0-9]+)*"
"""The patterns of the references of cases and of inspections, without anchors."""

# \Z and not $, which would also match before a line break at the end.
CRN = r"^[A-Z][0-9]{6}\Z"
CASE_REFERENCE = rf"^{CASE}\Z"
HASH = r"^[0-9a-f]{64}\Z"
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z"

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=200, extra={"written": "words"})]
Note = Annotated[str, Meta(max_length=20_000, extra={"written": "paragraphs", "sealed": True})]
"""Words, and longer text: how each is tidied when an entry is read, ``domain.entries.tidy_text`` says."""
PersonalText = Annotated[str, Meta(min_length=1, max_length=200, extra={"written": "words", "sealed": True})]
PersonalDate = Annotated[date, Meta(extra={"sealed": True})]
"""A person's name or number, and a date of birth. In entries of cases these and every note are sealed: ``domain.sealing``."""
StaffId = Annotated[str, Meta(min_length=1, max_length=200, extra={"written": "words"})]
PlaceId = Annotated[str, Meta(min_length=1, max_length=200, extra={"written": "words"})]
"""The ids that the source has for a person on its staff and for a place; they stay when the printed name changes."""
Instant = Annotated[datetime, Meta(tz=True)]
CaseReference = Annotated[str, Meta(pattern=CASE_REFERENCE)]


Makers = Literal["case_managers", "managers", "inspectors"]
"""Who may make entries of a type by hand (``domain.accounts.roles`` says which roles these are)."""

FormGroup = Literal[
    "Contact and absence",
    "Whereabouts and interruptions",
    "Enforcement",
    "Assessment and risk",
    "Plan and review",
    "Oversight and judgement",
    "MAPPA and child protection",
    "Person, order and place",
    "Anything else",
]
"""The groups in which the types are offered for recording, in this order."""

ChartLane = Literal["Contact", "Assessment and plan", "Enforcement", "Oversight"]
"""The lanes of the supervision chart that hold a mark for each entry."""

ChartMark = Literal[
    "assessment",
    "plan",
    "review",
    "risk_plan",
    "risk_review",
    "judged",
    "warning",
    "breach",
    "recall",
    "decided",
    "countersigned",
    "oversight",
    "other",
]
"""The marks of entries on that chart. Within a lane, marks of one day stand in this order."""


class Use(NamedTuple):
    """How a type of entry is used, beside its fields: what a declaration says where the default does not fit.

    ``title``: its words, where the name's own words are not right. ``made_by``: who may make it by hand (nobody: it comes
    by import). ``form_group``: where it is offered for recording, and its kind on the timeline; of the lane Oversight it is
    ``Oversight and judgement``. ``lane`` and ``mark``: its place on the supervision chart (no lane: it is not drawn).
    ``speaks_of``: the field that names the entry about which it says something; such an entry counts from its recording,
    whatever day it is dated. ``signed``: fields that no form asks for, since they follow from who is
    signed in (``by``, ``grade``; ``by_id`` is their user name). ``told_apart_by``: the fields that tell two entries of one
    day apart in a list.
    """

    title: str = ""
    made_by: tuple[Makers, ...] = ("case_managers", "managers")
    form_group: FormGroup = "Anything else"
    lane: ChartLane | None = None
    mark: ChartMark = "other"
    speaks_of: str | None = None
    signed: tuple[Literal["by", "by_id", "grade"], ...] = ()
    told_apart_by: tuple[str, ...] = ("instrument", "contact_type", "kind", "need")


# gc=False, here and below: entries are read from JSON and never changed, so none is part of a reference cycle.
class EntryPart(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A named group of values inside an entry."""


Claim = Annotated[str, Meta(min_length=1, max_length=1000)]
"""A text that another record claims."""

CLAIMED = ("stored_at", "stored_by", "source", "earlier")
"""The fields that hold the claim of the record from which an entry came: when it was stored there, by whom, for which source.

``earlier``: the same of the records before that one, the latest first, each as its instant, a space, and who stored it. No
record takes a claim for its own: two entries that differ in it alone are the same.
"""


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
    """The kind of file that the entry belongs to: ``case`` or ``inspection``."""

    use: ClassVar[Use] = Use()
    """How entries of this type are used; a type says what differs from the defaults."""

    entry: Id
    occurred_on: Annotated[date, Meta(title="Date it happened")]
    recorded_at: Instant
    recorded_by: Id | None = None
    occurred_at: Instant | None = None
    stored_at: Instant | None = None
    stored_by: Claim | None = None
    source: Claim | None = None
    earlier: list[Claim] | None = None
    """What the record that exported this entry said of itself: its claim, beside what this one knows (``CLAIMED``)."""
    sealed: dict[str, str] | None = None
    """Path of each text that is sealed (such as ``note`` or ``actions.0``) -> its digest. Only the store says so: what
    comes from outside never has this field.
    """
