"""The entries of an inspection, or of an SPO's audit: how its sample was drawn, who read which case, what was decided.

An inspection is a file of its own. Its entries are decisions: a later one on the same subject replaces the earlier. The
answers to the questions about a case are entries of that case (``QualityJudged``), which name the inspection.
"""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from domain.entries import code_lists
from domain.entries.entry import HASH, CaseReference, Entry, EntryPart, Id, Note, PlaceId, StaffId, Text, Use

PolicyRef = Annotated[str, Meta(pattern=HASH, extra={"entry_of": ("PolicyKept",)})]
PerCent = Annotated[int, Meta(ge=0, le=100)]


class OfInspection(Entry, frozen=True):
    kept_on: ClassVar[str] = "inspection"


class InspectionOpened(OfInspection, frozen=True):
    """An inspection or an SPO's audit: the sample date (``occurred_on``) and the state of knowledge.

    ``cases``: the cases read, where they were chosen elsewhere; otherwise a sample is drawn (``SampleDrawn``).
    ``knowledge``: ``stood``, the files as recorded by the end of the sample date, or ``hindsight``, with everything
    recorded since. ``evidence``: what the answers are based on. ``follows``: the earlier inspection that the scoring
    sheet prints beside this one. ``opened_as``: the role of whoever opened it. What a manager opens is an audit of their own
    cases; what an inspector opens is an inspection. ``held_by``: who runs the installation on which it was opened. Only what
    the inspectorate holds on its own is confidential from the inspected area, and goes through the whole process of
    ``process_entries``; None: opened before this was put on record, or elsewhere. ``blind``: what the entries give to a question
    is hidden from its reader until they have answered it.
    """

    use = Use(made_by=())

    title: Text
    area: Text
    framework: Id
    cases: list[CaseReference] = []
    knowledge: code_lists.StateOfKnowledge = "stood"
    evidence: Note | None = None
    follows: Id | None = None
    opened_as: code_lists.JudgeRole | None = None
    held_by: code_lists.HeldBy | None = None
    blind: bool = False


class Framed(EntryPart, frozen=True):
    """One case of a sampling frame: its stratum, and the officer and team that held it on the sample date."""

    case: CaseReference
    stratum: Text
    officer: Text
    officer_id: StaffId | None = None
    team: Text | None = None
    team_id: PlaceId | None = None

    @property
    def holder(self) -> str:
        """The staff key of the officer: the id, or the name where there is none."""
        return self.officer_id or self.officer

    @property
    def unit(self) -> str:
        """The local unit, which has a share of its own: the id of the team, or its name; empty where no team is kept."""
        return self.team_id or self.team or ""


class LeftOut(Framed, frozen=True):
    """A case of the window that no draw takes. ``why``: by which rule, or by hand for which reason; ``words``: those of hand."""

    why: code_lists.LeftOutReason = "further_sentence"
    words: Note | None = None


class FrameTaken(OfInspection, frozen=True):
    """The sampling frame: the cases started from ``started_from`` to ``started_to``, in this division or team, of these
    orders (none given: all).

    ``strata``: the attributes by which the cases are grouped. ``cases`` is kept as it was taken, so that anybody can
    repeat the draw. ``ended``: whether cases that had ended by the sample date are in it; a frame of before does not say,
    and has none. ``left_out``: the cases of the window that are not in it, each with the reason. ``reason``: why a frame is
    taken again.
    """

    started_from: date
    started_to: date
    cases: Annotated[list[Framed], Meta(min_length=1)]
    strata: list[code_lists.Stratum] = []
    orders: list[code_lists.OrderType] = []
    division: Text | None = None
    team: Text | None = None
    left_out: list[LeftOut] = []
    ended: code_lists.EndedCases | None = None
    reason: Note | None = None


class SeedSource(EntryPart, frozen=True):
    """What a seed was made from, in which record: the digest of the frame, and the first entry stored after it in the record.

    ``frame``: SHA-256 of the frame's entry (``domain.aggregates.draw_seed``). ``position`` and ``hash``: of that first entry.
    """

    record: Id
    frame: Annotated[str, Meta(pattern=HASH)]
    position: Annotated[int, Meta(ge=1)]
    hash: Annotated[str, Meta(pattern=HASH)]


class SampleDrawn(OfInspection, frozen=True):
    """The draw: ``cases`` and ``spares`` follow from the frame and the other fields alone (``domain.aggregates.sampling``).

    ``seed_from``: what the seed was made from; without, somebody typed it. ``repeats``: which draw a typed seed repeats, and
    why. ``method``: the rule of the shares; a draw of before does not say. ``reason``: why a sample is drawn again.
    """

    size: Annotated[int, Meta(ge=1, le=100_000)]
    seed: Text
    cases: Annotated[list[CaseReference], Meta(min_length=1)]
    spares: list[CaseReference] = []
    spare_per_cent: PerCent = 20
    per_officer: Annotated[int, Meta(ge=1, le=1000)] | None = None
    method: code_lists.DrawMethod = "half_up"
    seed_from: SeedSource | None = None
    repeats: Note | None = None
    reason: Note | None = None


class CaseReplaced(OfInspection, frozen=True):
    """A case of the sample is replaced by the next spare case of its stratum.

    ``reason``: in words. ``why``: for which reason of the list; a replacement of before names none. ``passed_over``: the
    spare cases before it that are closed to the person who replaces.
    """

    case: CaseReference
    by: CaseReference
    reason: Annotated[str, Meta(min_length=1, max_length=20_000)]
    why: code_lists.ReplacementReason | None = None
    passed_over: list[CaseReference] = []


class AssessorNamed(OfInspection, frozen=True):
    """A person who reads cases for this inspection, and in which role. ``assessor`` is the printed name."""

    assessor: Text
    role: code_lists.JudgeRole
    assessor_id: StaffId | None = None


class ReadingAllocated(OfInspection, frozen=True):
    """A case is given to an assessor. ``second``: for a second reading, without sight of the first.

    ``despite``: why it is given to them though they have a conflict of interest in it (``domain.aggregates.conflicts``).
    """

    case: CaseReference
    assessor: Text
    second: bool = False
    assessor_id: StaffId | None = None
    despite: Note | None = None


class ReadingTakenBack(OfInspection, frozen=True):
    """A reading is taken from its assessor and belongs to nobody."""

    case: CaseReference
    second: bool = False


class ReadingCompleted(OfInspection, frozen=True):
    """The assessor has answered what can be answered. ``note`` says why a question is left open.

    ``answers``: where a reading was opened again because of a comment, the ids of the answers that count from now on.
    ``sources``: what the reading rested on, each once; a reading of before does not say. ``calibration``: of a case that is not
    in the sample (``CalibrationNamed``).
    """

    case: CaseReference
    assessor: Text
    second: bool = False
    note: Note | None = None
    assessor_id: StaffId | None = None
    answers: list[Id] = []
    sources: list[code_lists.ReadingSource] = []
    calibration: bool = False


class CalibrationNamed(OfInspection, frozen=True):
    """A case beside the sample that every assessor reads, blind, before fieldwork; then their answers are compared.

    It counts in no figure. ``taken_back``: it is not read for calibration after all.
    """

    case: CaseReference
    taken_back: bool = False


def reader_of(fact: AssessorNamed | ReadingAllocated | ReadingCompleted) -> str:
    """The staff key of the assessor: the id, or the name where the entry gives none."""
    return fact.assessor_id or fact.assessor


class Source(EntryPart, frozen=True):
    """What a rating rests on: how many interviews, answers to a survey, or documents."""

    kind: code_lists.SourceKind
    count: Annotated[int, Meta(ge=1, le=100_000)]
    note: Note | None = None


class ManagementRated(OfInspection, frozen=True):
    """The rating of one evidence item of a criterion of Section A, and its counted sources: each kind once."""

    criterion: Id
    item: Id
    rating: code_lists.ManagementRating
    evidence: Note | None = None
    sources: list[Source] = []


class StandardRated(OfInspection, frozen=True):
    """The rating of a standard that is rated by evidence and not by cases: its band, why, and on what evidence.

    ``criterion``: the standard. ``agreed_by``: as in ``RatingAdjusted``; once fieldwork is closed only the panel rates.
    """

    criterion: Id
    band: Text
    reason: Annotated[str, Meta(min_length=1, max_length=20_000)]
    evidence: Note | None = None
    agreed_by: list[StaffId] = []


class UnitsNamed(OfInspection, frozen=True):
    """The inspections of the units whose answers are added up for a region. Each counts once its fieldwork is closed."""

    units: Annotated[list[Id], Meta(min_length=1)]


class NotFollowedUp(OfInspection, frozen=True):
    """A criterion that this inspection does not assess: of Section A *not followed up*, of another section *not re-scored*.

    Its figure is left out of its section and of comparisons; a standard whose lowest key question decides is then not rated.
    ``taken_back``: it is assessed after all.
    """

    criterion: Id
    reason: Note | None = None
    taken_back: bool = False


class RatingAdjusted(OfInspection, frozen=True):
    """The lead inspector's discretion: ``to`` replaces what the ratings give. Both stay visible.

    ``criterion``: one of Section A, and ``to`` a rung of its ladder; or a section scored in bands, and ``to`` a band.
    Without ``to`` an earlier adjustment is taken back. ``agreed_by``: the members of the panel who agreed, by user name, where
    a panel was named (``PanelNamed``). ``ground``: the ground of discretion, where the framework knows several.
    """

    criterion: Id
    reason: Annotated[str, Meta(min_length=1, max_length=20_000)]
    to: Text | None = None
    agreed_by: list[StaffId] = []
    ground: code_lists.DiscretionGround | None = None


class FindingWritten(OfInspection, frozen=True):
    """A finding for the report, under a criterion. ``question``: the question whose figure it gives (None: the
    criterion's own). ``direction``: how that figure changed since the inspection before, as the text says. A
    ``conclusion`` stands last under its criterion. A ``key`` finding also stands in the summary at the front.
    ``stands_because``: why it speaks of a change that is within chance, or between figures of different evidence; it is printed.
    """

    criterion: Id
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    question: Id | None = None
    direction: code_lists.Direction | None = None
    conclusion: bool = False
    key: bool = False
    stands_because: Note | None = None


class FindingWithdrawn(OfInspection, frozen=True):
    """A finding is withdrawn; ``finding`` is the id of its entry. New wording is a new finding."""

    finding: Id


class Leaf(EntryPart, frozen=True):
    """How many entries of a file count for a freeze: the first to be stored (0: nothing of it).

    Entries stored later do not count, whatever their dates.
    """

    case: CaseReference
    entries: Annotated[int, Meta(ge=0)]


class LaidOverBy(EntryPart, frozen=True):
    """That a text came from a policy folder: its file, the id whose place it took (None: it added one), and why."""

    file: Text
    replaces: Id | None = None
    reason: Note | None = None


class PolicyKept(OfInspection, frozen=True):
    """A text of policy by which the inspection is scored from its freeze on. The id of this entry is the text's SHA-256.

    ``kind`` and ``named``: what it is the text of, such as the framework ``esi-2003``, as it says of itself. ``text``: the file
    as it was, byte for byte in UTF-8. ``laid_over``: that it came from a policy folder; without, it shipped with the program.
    """

    use = Use(made_by=())

    kind: code_lists.PolicyKind
    named: Id
    text: Annotated[str, Meta(min_length=1, max_length=2_000_000)]
    laid_over: LaidOverBy | None = None


class InspectionFrozen(OfInspection, frozen=True):
    """From now on the sample, readings and ratings no longer change: what is recorded later does not count.

    ``files``: the number of entries of each file that the freeze rests on, so that a late extract with old dates changes no
    figure. With ``position`` and ``hash`` (the last entry of the hash chain at that time) these are all of them: those of the
    sample and the other files of its persons. Without, what is missing follows in ``FreezeFixed``; until then what counts is
    what was recorded by this entry's ``recorded_at``.

    ``policy``: the ids of the texts by which it is scored from now on (``PolicyKept``), which are their digests. A freeze of
    before names none: it is scored by the policy of the program.
    """

    note: Note | None = None
    files: list[Leaf] = []
    policy: list[PolicyRef] = []
    position: Annotated[int, Meta(ge=0)] | None = None
    hash: Annotated[str, Meta(pattern=HASH)] | None = None


class FreezeFixed(OfInspection, frozen=True):
    """The number of entries of each file that a freeze rests on, where the freeze did not name it. It never grows.

    ``files``: files of the sample, and the other files of their persons. ``fixed_by``: ``import``, at the end of the import
    that brought the files; ``update``, when a later version of the program first opened the record; ``publication``, before
    the sheet was published. ``position`` and ``hash``: the last entry of the hash chain at that time.
    """

    use = Use(made_by=())

    files: Annotated[list[Leaf], Meta(min_length=1)]
    fixed_by: code_lists.FixedBy
    position: Annotated[int, Meta(ge=0)]
    hash: Annotated[str, Meta(pattern=HASH)]


class PublishedFigure(EntryPart, frozen=True):
    """One printed figure: a criterion or section, and its per cent, rung or band as printed."""

    of: Id
    printed: Text


class PublishedFile(EntryPart, frozen=True):
    """A file as it was published: its name and the SHA-256 of its bytes."""

    name: Annotated[str, Meta(min_length=1, max_length=260)]
    sha256: Annotated[str, Meta(pattern=HASH)]


class InspectionPublished(OfInspection, frozen=True):
    """The scoring sheet is published: its figures as printed, the version of the framework, and the end of the record.

    ``position`` and ``hash``: the last entry of the hash chain at that time. ``published_files``: the files of the report
    as they were published; a publication of before they were kept names none.
    """

    framework_version: Text
    figures: Annotated[list[PublishedFigure], Meta(min_length=1)]
    position: Annotated[int, Meta(ge=0)]
    hash: Annotated[str, Meta(pattern=HASH)]
    published_files: list[PublishedFile] = []
