"""Which entries an inspection still accepts. Each is checked against the inspection as it is now, and refused by name.

After the freeze the sample, the readings and the ratings do not change. After publication nothing changes. Stored entries
are not checked again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from domain.aggregates import calibration_rules, process_rules, rating_checks
from domain.aggregates.draw_rules import check_draw, check_frame, check_replacement
from domain.aggregates.inspection import Inspection
from domain.aggregates.kept_policy import check_text
from domain.entries import inspection_entries, report_entries
from domain.entries.case_entries import QualityJudged
from domain.entries.entry import Entry
from domain.entries.refusals import Refused, Stage, TooLate, Unexplained
from domain.policy.cited_documents import PolicyError
from domain.policy.frameworks.framework_files import frameworks

AFTER_FREEZING = (
    inspection_entries.FindingWritten,
    inspection_entries.FindingWithdrawn,
    inspection_entries.InspectionPublished,
    report_entries.RecommendationMade,
    report_entries.ProgressJudged,
    report_entries.NextStepAgreed,
    *process_rules.AFTER_FREEZING,
)
"""What an inspection still takes once it is frozen."""

BEFORE_READING = (inspection_entries.FrameTaken, inspection_entries.SampleDrawn)
"""What an inspection takes only while none of its cases has been read."""

CLOSED: Mapping[Stage, str] = {
    "published": "this inspection is published; open another one that follows it",
    "frozen": "this inspection is frozen; only findings can be added before it is published",
    "read": "cases have been read; their sample stays as it was drawn",
}
"""Why an entry comes too late."""


def closed_to(found: Inspection, entry_type: type[Entry]) -> Stage | None:
    """The stage after which the inspection takes no entries of this type; None while it takes them."""
    if entry_type is inspection_entries.FreezeFixed:
        return None
    if entry_type in process_rules.AFTER_PUBLICATION:
        return None
    if found.published is not None:
        return "published"
    if found.frozen is not None and entry_type not in AFTER_FREEZING and not _reopened_to(found, entry_type):
        return "frozen"
    return "read" if (found.completed or found.calibration.read) and entry_type in BEFORE_READING else None


def _reopened_to(found: Inspection, entry_type: type[Entry]) -> bool:
    """Whether a frozen inspection takes it: the end of a reading that was opened again, a rating that its panel moves."""
    if entry_type is inspection_entries.ReadingCompleted:
        return bool(found.process.still_open)
    return entry_type in rating_checks.BY_PANEL and found.process.panel is not None


def check_answer(found: Inspection, case: str, *, second: bool, recorded_at: datetime | None = None) -> None:
    """``TooLate`` where an answer on a case, recorded at this instant (None: now), comes too late.

    Answers recorded after the freeze do not count. Those recorded before it are taken, however late they arrive. While the
    first reading is open again because of a comment, answers of now are taken.
    """
    if recorded_at is None and not second and found.process.reopening_of(case) is not None:
        return
    if found.frozen_at is not None and (recorded_at is None or recorded_at > found.frozen_at):
        raise TooLate("inspection", "this inspection is frozen: an answer recorded now would not count", "frozen")
    check_both_unfinished(found, case, recorded_at)
    if second:
        check_second_reading(found, case, recorded_at)


def check_both_unfinished(found: Inspection, case: str, recorded_at: datetime | None = None) -> None:
    """``TooLate`` where both readings of a case were finished before this instant (None: now): each reader may see the other.

    Where they differ, somebody else adjudicates.
    """
    done = found.both_finished_at(case)
    if done is not None and (recorded_at is None or recorded_at > done):
        raise TooLate("second", "both readings of this case are finished, and their answers stay as they were", "read")


def check_adjudication(found: Inspection, case: str, fact: QualityJudged) -> None:
    """``Refused`` where an answer cannot settle what two readers answered: while one still reads, or by one of them."""
    if found.opened is None:
        return
    if found.frozen_at is not None and fact.recorded_at > found.frozen_at:
        raise TooLate("inspection", "this inspection is frozen: an answer recorded now would not count", "frozen")
    if found.both_finished_at(case) is None:
        raise Refused("adjudicates", f"both readings of {case} must be finished before their answers are settled")
    readers = {found.allocated.get((case, second)) for second in (False, True)}
    if fact.second or readers & {fact.by_id or fact.by, fact.recorded_by}:
        raise Refused("by", "whoever settles what two readers answered is neither of them")
    if not (fact.comment or "").strip() and "comment" not in (fact.sealed or {}):
        raise Unexplained("comment", "say why this answer stands")


def check_reopened_answer(found: Inspection, case: str, fact: QualityJudged) -> None:
    """``TooLate`` where an answer names a reopening that does not stand open, and does not count it.

    Where the inspection is not on record yet, every answer is taken: only those that it names will count.
    """
    reopening, process = fact.reopening or "", found.process
    counts = process.reopening_of(case) == reopening or fact.entry in process.closed_again.get(reopening, ())
    if found.opened is not None and (fact.second or not counts):
        raise TooLate("reopening", f"'{reopening}' has not opened the first reading of {case} again", "frozen")


def check_second_reading(found: Inspection, case: str, recorded_at: datetime | None = None) -> None:
    """``TooLate`` where the second reading of a case was finished before this instant (None: now).

    Its reader may see the first reading from then on. So nothing of the second one changes any more.
    """
    done = found.completed.get((case, True))
    if done is not None and (recorded_at is None or recorded_at > done.recorded_at):
        words = "you have finished this second reading and may see the first: its answers stay as they were"
        raise TooLate("second", words, "read")


def check(found: Inspection, fact: Entry) -> None:
    """Raises ``Refused`` where this inspection does not accept the entry as things are now."""
    stage = closed_to(found, type(fact))
    if stage is not None:
        raise TooLate("type", CLOSED[stage], stage)
    try:
        _check_now(found, fact)
    except PolicyError as error:
        raise Refused("framework", str(error)) from None


def _check_now(found: Inspection, fact: Entry) -> None:
    process_rules.check_process(found, fact)
    match fact:
        case inspection_entries.InspectionOpened():
            # What another record took may be under a framework of its own; the texts of it follow.
            if fact.framework not in frameworks() and fact.stored_at is None:
                raise Refused("framework", f"there is no framework '{fact.framework}'; {_of(frameworks())}")
        case inspection_entries.FrameTaken():
            check_frame(found, fact)
        case inspection_entries.SampleDrawn():
            check_draw(found, fact)
        case inspection_entries.CaseReplaced():
            check_replacement(found, fact)
        case inspection_entries.ReadingAllocated():
            _check_allocation(found, fact)
        case inspection_entries.CalibrationNamed():
            calibration_rules.check_naming(found, fact)
        case inspection_entries.ReadingCompleted() if fact.calibration:
            calibration_rules.check_calibrated(found, fact)
        case inspection_entries.ReadingCompleted():
            _check_completion(found, fact)
        case inspection_entries.ReadingTakenBack():
            _check_taken_back(found, fact)
        case inspection_entries.ManagementRated():
            items = _items(found, fact.criterion)
            if fact.item not in items:
                raise Refused("item", f"there is no item '{fact.item}' in {fact.criterion}; {_of(items)}")
            if len({source.kind for source in fact.sources}) < len(fact.sources):
                raise Refused("sources", "a kind of source stands here twice: give each its count once")
        case inspection_entries.NotFollowedUp():
            _check_left_out(found, fact)
        case inspection_entries.RatingAdjusted():
            rating_checks.check_adjustment(found, fact)
        case inspection_entries.StandardRated():
            rating_checks.check_rating(found, fact)
        case inspection_entries.UnitsNamed():
            rating_checks.check_units(found, fact)
        case inspection_entries.FindingWritten():
            _check_finding(found, fact)
        case report_entries.RecommendationMade() if fact.criterion is not None:
            _known_criterion(found, fact.criterion)
        case report_entries.ProgressJudged():
            if found.opened is None or found.opened.follows is None:
                raise Refused(
                    "recommendation", "this inspection follows no other: there is nothing to judge progress on"
                )
        case inspection_entries.FindingWithdrawn():
            standing = [finding.entry for finding in found.findings]
            if fact.finding not in standing:
                raise Refused("finding", f"there is no finding '{fact.finding}'; {_of(standing)}")
        case inspection_entries.PolicyKept():
            check_text(fact)
        case inspection_entries.InspectionFrozen():
            if not found.sample:
                raise Refused("type", "draw a sample before the inspection is frozen")
            found.policy.check_freeze(fact, found.opened.framework if found.opened else "")
        case inspection_entries.FreezeFixed():
            if found.frozen is None:
                raise Refused("type", "freeze the inspection before its files are fixed")
        case inspection_entries.InspectionPublished():
            if found.frozen is None:
                raise Refused("type", "freeze the inspection before it is published")
        case _:
            pass


def check_fixing(found: Inspection, fact: inspection_entries.FreezeFixed, held: Mapping[str, int]) -> None:
    """``Refused`` where this would change what a freeze rests on. ``held``: how many entries each of its files holds now.

    Only a number of entries that a file never held may be lowered.
    """
    before = found.files.entries
    for leaf in fact.files:
        stands = before.get(leaf.case)
        if stands is not None and (leaf.entries > stands or leaf.entries < stands <= held.get(leaf.case, 0)):
            raise Refused(
                "files", f"{leaf.case} counts with {stands} entries for this freeze; that does not change any more"
            )
    if all(leaf.entries == before.get(leaf.case) for leaf in fact.files):
        raise Refused("files", "these files are fixed already")


def _check_allocation(found: Inspection, fact: inspection_entries.ReadingAllocated) -> None:
    _in_sample(found, fact.case)
    if inspection_entries.reader_of(fact) not in found.assessors:
        raise Refused(
            "assessor", f"'{fact.assessor}' is not an assessor here; {_of(map(found.called, found.assessors))}"
        )
    if found.allocated.get((fact.case, not fact.second)) == inspection_entries.reader_of(fact):
        raise Refused("assessor", f"{fact.assessor} reads {fact.case} already: the second reader is somebody else")


def _check_completion(found: Inspection, fact: inspection_entries.ReadingCompleted) -> None:
    if found.allocated.get((fact.case, fact.second)) != inspection_entries.reader_of(fact):
        raise Refused("case", f"{fact.case} is not allocated to '{fact.assessor}'")
    if found.frozen is None:
        check_both_unfinished(found, fact.case)
    if fact.second:
        check_second_reading(found, fact.case)
    if found.frozen is not None and (fact.second or found.process.reopening_of(fact.case) is None):
        raise TooLate("case", f"the reading of {fact.case} has not been opened again", "frozen")
    if fact.answers and found.frozen is None:
        raise Refused("answers", "only a reading that was opened again names its answers")
    if len(set(fact.sources)) < len(fact.sources):
        raise Refused("sources", "a source stands here twice: name each once")


def _check_taken_back(found: Inspection, fact: inspection_entries.ReadingTakenBack) -> None:
    if (fact.case, fact.second) not in found.allocated:
        raise Refused("case", f"{fact.case} is not given out")
    if (fact.case, fact.second) in found.completed:
        raise Refused("case", f"{fact.case} has been read; a finished reading stays")


def _in_sample(found: Inspection, case: str) -> None:
    if case not in found.sample:
        raise Refused("case", f"{case} is not in the sample")


def _items(found: Inspection, criterion: str) -> list[str]:
    """The evidence items of a criterion of management."""
    items = {c.id: [item.id for item in c.items] for c in found.framework.management}
    if criterion not in items:
        raise Refused("criterion", f"there is no criterion '{criterion}' of management; {_of(items)}")
    return items[criterion]


def _check_left_out(found: Inspection, fact: inspection_entries.NotFollowedUp) -> None:
    scored = {criterion.id for criterion in found.framework.criteria}
    if fact.criterion not in scored and fact.criterion not in {c.id for c in found.framework.management}:
        _known_criterion(found, fact.criterion)
        raise Refused("criterion", f"'{fact.criterion}' is a standard rated by evidence: it is rated, or not rated")
    if fact.taken_back and fact.criterion not in found.not_followed_up:
        raise Refused("taken_back", f"{fact.criterion} is not left out: there is nothing to take back")
    if fact.criterion in scored and not fact.taken_back and not (fact.reason or "").strip():
        raise Unexplained("reason", f"say why {fact.criterion} is not re-scored")


def _known_criterion(found: Inspection, criterion: str) -> None:
    known = {c.id for c in found.framework.management} | {c.id for c in found.framework.criteria}
    known |= {section.id for section in found.framework.sections if section.rated_by == "evidence"}
    if criterion not in known:
        raise Refused("criterion", f"there is no criterion '{criterion}'; {_of(sorted(known))}")


def _check_finding(found: Inspection, fact: inspection_entries.FindingWritten) -> None:
    _known_criterion(found, fact.criterion)
    if fact.question is None:
        return
    if fact.question not in found.framework.questions:
        raise Refused("question", f"there is no question '{fact.question}' in {found.framework.title}")
    if found.framework.criterion_of(fact.question).id != fact.criterion:
        raise Refused("question", f"'{fact.question}' is not a question of {fact.criterion}")


def _of(names: Iterable[str] | Mapping[str, object]) -> str:
    listed = ", ".join(names)
    return f"there are: {listed}" if listed else "there are none"
