"""The entries of an inspection's process: who leads it, what the inspected area is shown and when, comments, errata.

They are for inspections. A manager's audit of their own cases needs none of them. Texts here name cases by reference and
no person: files of inspections have no person's key.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from domain.entries import code_lists
from domain.entries.entry import CaseReference, EntryPart, Id, StaffId, Text
from domain.entries.inspection_entries import OfInspection

Said = Annotated[str, Meta(min_length=1, max_length=20_000, extra={"written": "paragraphs"})]
"""A text that must be given."""


class LeadNamed(OfInspection, frozen=True):
    """Who leads the inspection; until then whoever opened it. ``instead_of``: the staff key of the lead that they follow."""

    lead: Text
    lead_id: StaffId
    instead_of: StaffId
    reason: Said


class AreaPersonNamed(OfInspection, frozen=True):
    """A person of the inspected area, by user name, and what they are named for. Nothing: for nothing any more."""

    person: Text
    person_id: StaffId
    named_for: list[code_lists.NamedFor] = []


class InterestDeclared(OfInspection, frozen=True):
    """An interest of an assessor, or of the lead, in what is inspected: no case that it touches is handed to them.

    ``of_id``: their staff key. ``about``: the reference of a case, or the key of an officer, a team or a colleague who leads or
    assesses too.
    """

    of: Text
    of_id: StaffId
    kind: code_lists.InterestKind
    interest_in: code_lists.InterestIn
    about: Text
    words: Said


class InterestWithdrawn(OfInspection, frozen=True):
    """An interest was declared by mistake, or is over; ``interest`` is the id of its entry."""

    interest: Id
    reason: Said


class ListDaySet(OfInspection, frozen=True):
    """The day from which the area sees the list of cases, to ready files and interviews. It is set before that day."""

    opens_on: date


class PanelMember(EntryPart, frozen=True):
    """A person of the panel: the printed name and the user name."""

    name: Text
    name_id: StaffId


class PanelNamed(OfInspection, frozen=True):
    """The panel that moves ratings, named before the first reading is finished: two people or more."""

    members: Annotated[list[PanelMember], Meta(min_length=1)]


class ClosingConfirmed(OfInspection, frozen=True):
    """A second person confirms that fieldwork is closed: the freeze ``closed``. They are not under the lead's line."""

    closed: Id
    by: Text
    by_id: StaffId
    outside_line: bool


class DraftDaySet(OfInspection, frozen=True):
    """The day from which named people of the area see the draft, and the last day on which they comment."""

    opens_on: date
    comments_until: date


class CommentMade(OfInspection, frozen=True):
    """A point of factual accuracy: what the draft says (``about``: a criterion, section, finding or question; ``case``: a
    reading), what is said to be wrong, and the evidence, which existed on ``evidence_on``."""

    says: Said
    evidence: Said
    evidence_on: date
    by: Text
    by_id: StaffId
    about: Id | None = None
    case: CaseReference | None = None


class CommentAnswered(OfInspection, frozen=True):
    """The lead's answer to a comment, with the reason and what it changes (nothing: no effect)."""

    comment: Id
    outcome: code_lists.CommentOutcome
    reason: Said
    effects: list[code_lists.CommentEffect] = []


class ReadingReopened(OfInspection, frozen=True):
    """One reading is opened again because of a comment that was accepted, at least in part. Its reader answers again and
    finishes it; then it is closed again. Answers given so name this entry (``QualityJudged.reopening``)."""

    comment: Id
    case: CaseReference


class ErratumIssued(OfInspection, frozen=True):
    """A mistake in what was published. It stands beside what was published, never over it.

    ``about``: the criterion, section, finding or question (None: the report). ``printed`` and ``right``: the words or figures.
    """

    printed: Said
    right: Said
    reason: Said
    about: Id | None = None
