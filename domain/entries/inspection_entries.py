"""The entries of an inspection, or of an SPO's audit: how its sample was drawn, who read what, what was decided.

An inspection is a file of its own. Its entries are decisions: a later one on the same subject stands in its place. The
answers to the questions about a case are entries of that case (``QualityJudged``), which name the inspection.
"""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from domain.entries import code_lists
from domain.entries.entry import HASH, CaseReference, Entry, Id, Note, Part, Text

PerCent = Annotated[int, Meta(ge=0, le=100)]


class OfInspection(Entry, frozen=True):
    kept_on: ClassVar[str] = "inspection"


class InspectionOpened(OfInspection, frozen=True):
    """An inspection or an SPO's audit: the sample date (``occurred_on``) and the state of knowledge.

    ``cases``: those read, where they were chosen elsewhere; otherwise a sample is drawn (``SampleDrawn``). ``stood``:
    the files as they stood at the end of the sample date; ``hindsight``: with everything recorded since. ``evidence``:
    what the answers rest on. ``follows`` names the earlier inspection that the scoring sheet prints beside this one.
    """

    title: Text
    area: Text
    framework: Id
    cases: list[CaseReference] = []
    knowledge: code_lists.StateOfKnowledge = "stood"
    evidence: Note | None = None
    follows: Id | None = None


class Framed(Part, frozen=True):
    """One case of a frame: the stratum that it falls into, and the officer who held it on the sample date."""

    case: CaseReference
    stratum: Text
    officer: Text


class FrameTaken(OfInspection, frozen=True):
    """The cases from which the sample is drawn: those started in the window, held in the place, of these orders.

    ``strata``: by what they are grouped; ``cases`` is the list as it was taken, so that anybody can draw again.
    """

    started_from: date
    started_to: date
    cases: Annotated[list[Framed], Meta(min_length=1)]
    strata: list[code_lists.Stratum] = []
    orders: list[code_lists.OrderType] = []
    division: Text | None = None
    team: Text | None = None


class SampleDrawn(OfInspection, frozen=True):
    """The draw: ``cases`` and ``spares`` are what frame, size and seed give (``domain.aggregates.sampling``), and nothing else."""

    size: Annotated[int, Meta(ge=1, le=100_000)]
    seed: Text
    cases: Annotated[list[CaseReference], Meta(min_length=1)]
    spares: list[CaseReference] = []
    spare_per_cent: PerCent = 20
    per_officer: Annotated[int, Meta(ge=1, le=1000)] | None = None


class CaseReplaced(OfInspection, frozen=True):
    """A case of the sample gives way to a spare one."""

    case: CaseReference
    by: CaseReference
    reason: Annotated[str, Meta(min_length=1, max_length=20_000)]


class AssessorNamed(OfInspection, frozen=True):
    """Somebody reads cases for this inspection, as what."""

    assessor: Text
    role: code_lists.JudgeRole


class ReadingAllocated(OfInspection, frozen=True):
    """A case is given to an assessor; ``second``: to be read again, blind."""

    case: CaseReference
    assessor: Text
    second: bool = False


class ReadingTakenBack(OfInspection, frozen=True):
    """A reading that was given out is nobody's any more."""

    case: CaseReference
    second: bool = False


class ReadingCompleted(OfInspection, frozen=True):
    """The assessor has answered what can be answered; ``note`` says why something is left open."""

    case: CaseReference
    assessor: Text
    second: bool = False
    note: Note | None = None


class ManagementRated(OfInspection, frozen=True):
    """The performance on one evidence item of a criterion of Section A."""

    criterion: Id
    item: Id
    rating: code_lists.ManagementRating
    evidence: Note | None = None


class NotFollowedUp(OfInspection, frozen=True):
    """A criterion of Section A that this inspection does not assess."""

    criterion: Id
    reason: Note | None = None


class RatingAdjusted(OfInspection, frozen=True):
    """The lead inspector's discretion: ``to`` stands in place of what the ratings give; both stay visible.

    ``criterion``: one of Section A, and ``to`` a rung of its ladder; or a section scored in bands, and ``to`` a band.
    Without ``to`` an earlier adjustment is taken back.
    """

    criterion: Id
    reason: Annotated[str, Meta(min_length=1, max_length=20_000)]
    to: Text | None = None


class FindingWritten(OfInspection, frozen=True):
    """A finding for the report, under a criterion; ``question``: whose figure it speaks of, ``direction``: how it says
    that figure went since the inspection before. A ``conclusion`` closes the criterion."""

    criterion: Id
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    question: Id | None = None
    direction: code_lists.Direction | None = None
    conclusion: bool = False


class FindingWithdrawn(OfInspection, frozen=True):
    """A finding no longer stands; ``finding`` is its entry. Another wording is another finding."""

    finding: Id


class Leaf(Part, frozen=True):
    """How many entries a file held: whatever is stored after them, however it is dated, is not among them."""

    case: CaseReference
    entries: Annotated[int, Meta(ge=1)]


class InspectionFrozen(OfInspection, frozen=True):
    """From now on no sample, reading or rating changes: what is recorded later does not count.

    ``files``: how far each file of the sample went, so that a late extract with old dates moves no figure either.
    Without it (an inspection held elsewhere) what counts is what was recorded by then.
    """

    note: Note | None = None
    files: list[Leaf] = []


class Figure(Part, frozen=True):
    """One printed figure: a criterion or section, and its per cent, rung or band as printed."""

    of: Id
    printed: Text


class InspectionPublished(OfInspection, frozen=True):
    """The sheet is out: the figures as printed, by which version of the framework, and how far the record went."""

    framework_version: Text
    figures: Annotated[list[Figure], Meta(min_length=1)]
    position: Annotated[int, Meta(ge=0)]
    hash: Annotated[str, Meta(pattern=HASH)]
