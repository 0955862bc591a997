"""An inspection as its entries leave it, and what it will still take: the rules of the file.

The latest decision on a subject stands. Once frozen, neither sample nor readings nor ratings change; once published,
nothing does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.aggregates.sampling import CannotDraw, draw
from domain.entries import inspection_entries, refusals
from domain.entries.code_lists import JudgeRole
from domain.entries.entry import Entry
from domain.policy.frameworks import DEFAULT_FRAMEWORK, Framework, frameworks

AFTER_FREEZING = (
    inspection_entries.FindingWritten,
    inspection_entries.FindingWithdrawn,
    inspection_entries.InspectionPublished,
)
"""What an inspection still takes once it is frozen."""

Task = tuple[str, bool]
"""A case to read, and whether for the second time."""


@dataclass
class Inspection:
    """One inspection. ``sample``: the cases read, in the order of the draw, spares in the places of those replaced."""

    opened: inspection_entries.InspectionOpened | None = None
    frame: inspection_entries.FrameTaken | None = None
    drawn: inspection_entries.SampleDrawn | None = None
    replaced: list[inspection_entries.CaseReplaced] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    assessors: dict[str, JudgeRole] = field(default_factory=dict)
    allocated: dict[Task, str] = field(default_factory=dict)
    completed: dict[Task, inspection_entries.ReadingCompleted] = field(default_factory=dict)
    ratings: dict[tuple[str, str], inspection_entries.ManagementRated] = field(default_factory=dict)
    not_followed_up: dict[str, inspection_entries.NotFollowedUp] = field(default_factory=dict)
    adjusted: dict[str, inspection_entries.RatingAdjusted] = field(default_factory=dict)
    findings: list[inspection_entries.FindingWritten] = field(default_factory=list)
    frozen: inspection_entries.InspectionFrozen | None = None
    published: inspection_entries.InspectionPublished | None = None

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Inspection":
        """The inspection after these entries, in the order in which they were stored. Never refuses."""
        found = cls()
        for fact in entries:
            found.take(fact)
        return found

    @property
    def framework(self) -> Framework:
        return frameworks().get(self.opened.framework if self.opened else "", frameworks()[DEFAULT_FRAMEWORK])

    @property
    def frozen_at(self) -> datetime | None:
        """When it was frozen: what is recorded later does not count."""
        return None if self.frozen is None else self.frozen.recorded_at

    @property
    def spares(self) -> list[str]:
        """The spare cases that have not been used, in the order in which they are to be."""
        used = {replaced.by for replaced in self.replaced}
        return [] if self.drawn is None else [case for case in self.drawn.spares if case not in used]

    @property
    def files_when_frozen(self) -> Mapping[str, int]:
        """How many entries each file of the sample held at the freeze; empty where that was not put on record."""
        return {} if self.frozen is None else {leaf.case: leaf.entries for leaf in self.frozen.files}

    def stratum_of(self, case: str) -> str | None:
        """The stratum of a case of the frame; None where there is no frame, or it is not in it."""
        framed = self.frame.cases if self.frame else []
        return next((f.stratum for f in framed if f.case == case), None)

    def spares_for(self, case: str) -> list[str]:
        """The spare cases that may take the place of this one: of its stratum, and of officers who have no more cases
        than the draw allows, while there are any."""
        alike = [spare for spare in self.spares if self.stratum_of(spare) == self.stratum_of(case)] or self.spares
        most = self.drawn.per_officer if self.drawn else None
        if most is None or self.frame is None:
            return alike
        officer = {framed.case: framed.officer for framed in self.frame.cases}
        held = Counter(officer.get(one) for one in self.sample if one != case)
        return [spare for spare in alike if held[officer.get(spare)] < most] or alike

    def tasks_of(self, assessor: str) -> list[Task]:
        """What is allocated to an assessor."""
        return [task for task, name in self.allocated.items() if name == assessor]

    def take(self, fact: Entry) -> None:
        match fact:
            case inspection_entries.InspectionOpened():
                self.opened, self.sample = fact, list(fact.cases)
            case inspection_entries.FrameTaken():
                # What was drawn from another frame is no sample of this one.
                self.frame, self.drawn, self.replaced = fact, None, []
                self.sample = list(self.opened.cases) if self.opened else []
                self.allocated, self.completed = {}, {}
            case inspection_entries.SampleDrawn():
                self.drawn, self.sample, self.replaced = fact, list(fact.cases), []
                self.allocated, self.completed = {}, {}
            case inspection_entries.CaseReplaced():
                self.replaced.append(fact)
                self.sample = [fact.by if case == fact.case else case for case in self.sample]
                self.allocated = {task: name for task, name in self.allocated.items() if task[0] != fact.case}
            case inspection_entries.AssessorNamed():
                self.assessors[fact.assessor] = fact.role
            case inspection_entries.ReadingAllocated():
                self.allocated[fact.case, fact.second] = fact.assessor
                self.completed.pop((fact.case, fact.second), None)
            case inspection_entries.ReadingTakenBack():
                self.allocated.pop((fact.case, fact.second), None)
                self.completed.pop((fact.case, fact.second), None)
            case inspection_entries.ReadingCompleted():
                self.completed[fact.case, fact.second] = fact
            case inspection_entries.ManagementRated():
                self.ratings[fact.criterion, fact.item] = fact
                self.not_followed_up.pop(fact.criterion, None)
            case inspection_entries.NotFollowedUp():
                self.not_followed_up[fact.criterion] = fact
            case inspection_entries.RatingAdjusted():
                if fact.to is None:
                    self.adjusted.pop(fact.criterion, None)
                else:
                    self.adjusted[fact.criterion] = fact
            case inspection_entries.FindingWritten():
                self.findings.append(fact)
            case inspection_entries.FindingWithdrawn():
                self.findings = [finding for finding in self.findings if finding.entry != fact.finding]
            case inspection_entries.InspectionFrozen():
                self.frozen = fact
            case inspection_entries.InspectionPublished():
                self.published = fact

    def check(self, fact: Entry) -> None:
        """``Refused`` where this inspection can't take the entry as it stands."""
        if self.published is not None:
            raise refusals.Refused("type", "this inspection is published; open another one that follows it")
        if self.frozen is not None and not isinstance(fact, AFTER_FREEZING):
            raise refusals.Refused(
                "type", "this inspection is frozen; only findings can be added before it is published"
            )
        match fact:
            case inspection_entries.InspectionOpened():
                if fact.framework not in frameworks():
                    raise refusals.Refused(
                        "framework", f"there is no framework '{fact.framework}'; {_of(frameworks())}"
                    )
            case inspection_entries.FrameTaken():
                self._check_frame(fact)
            case inspection_entries.SampleDrawn():
                self._check_draw(fact)
            case inspection_entries.CaseReplaced():
                self._in_sample(fact.case)
                if fact.by not in self.spares_for(fact.case):
                    listed = _of(self.spares_for(fact.case))
                    raise refusals.Refused("by", f"{fact.by} is not a spare case for this one; {listed}")
                if any(task[0] == fact.case for task in self.completed):
                    raise refusals.Refused(
                        "case", f"{fact.case} has been read; a case that was read stays in the sample"
                    )
            case inspection_entries.ReadingAllocated():
                self._in_sample(fact.case)
                if fact.assessor not in self.assessors:
                    raise refusals.Refused(
                        "assessor", f"'{fact.assessor}' is not an assessor here; {_of(self.assessors)}"
                    )
                if self.allocated.get((fact.case, not fact.second)) == fact.assessor:
                    raise refusals.Refused(
                        "assessor", f"{fact.assessor} reads {fact.case} already: the second reader is somebody else"
                    )
            case inspection_entries.ReadingCompleted():
                if self.allocated.get((fact.case, fact.second)) != fact.assessor:
                    raise refusals.Refused("case", f"{fact.case} is not allocated to '{fact.assessor}'")
            case inspection_entries.ReadingTakenBack():
                if (fact.case, fact.second) not in self.allocated:
                    raise refusals.Refused("case", f"{fact.case} is not given out")
                if (fact.case, fact.second) in self.completed:
                    raise refusals.Refused("case", f"{fact.case} has been read; a finished reading stays")
            case inspection_entries.ManagementRated():
                items = self._items(fact.criterion)
                if fact.item not in items:
                    raise refusals.Refused("item", f"there is no item '{fact.item}' in {fact.criterion}; {_of(items)}")
            case inspection_entries.NotFollowedUp():
                self._items(fact.criterion)
            case inspection_entries.RatingAdjusted():
                self._check_adjustment(fact)
            case inspection_entries.FindingWritten():
                self._check_finding(fact)
            case inspection_entries.FindingWithdrawn():
                standing = [finding.entry for finding in self.findings]
                if fact.finding not in standing:
                    raise refusals.Refused("finding", f"there is no finding '{fact.finding}'; {_of(standing)}")
            case inspection_entries.InspectionPublished():
                if self.frozen is None:
                    raise refusals.Refused("type", "freeze the inspection before it is published")
            case _:
                pass

    def _check_frame(self, fact: inspection_entries.FrameTaken) -> None:
        if fact.started_to < fact.started_from:
            raise refusals.ImpossibleDate(
                "started_to", f"{fact.started_to} is before started_from, {fact.started_from}"
            )
        twice = len(fact.cases) - len({framed.case for framed in fact.cases})
        if twice:
            raise refusals.Refused("cases", f"{twice} of the cases stand in the frame twice")
        if self.completed:
            raise refusals.Refused("type", "cases have been read; their sample stays as it was drawn")

    def _check_draw(self, fact: inspection_entries.SampleDrawn) -> None:
        if self.frame is None:
            raise refusals.Refused("type", "take the frame first: a sample is drawn from it")
        if self.completed:
            raise refusals.Refused("type", "cases have been read; their sample stays as it was drawn")
        try:
            drawn = draw(
                self.frame.cases, fact.size, fact.seed,
                per_officer=fact.per_officer, spare_per_cent=fact.spare_per_cent,
            )  # fmt: skip
        except CannotDraw as error:
            raise refusals.Refused("size", str(error)) from None
        if (fact.cases, fact.spares) != (drawn.cases, drawn.spares):
            raise refusals.Refused("cases", "this is not what the frame and the seed give; draw again")

    def _in_sample(self, case: str) -> None:
        if case not in self.sample:
            raise refusals.Refused("case", f"{case} is not in the sample")

    def _items(self, criterion: str) -> list[str]:
        found = {c.id: [item.id for item in c.items] for c in self.framework.management}
        if criterion not in found:
            raise refusals.Refused("criterion", f"there is no criterion '{criterion}' of management; {_of(found)}")
        return found[criterion]

    def _check_adjustment(self, fact: inspection_entries.RatingAdjusted) -> None:
        bands = {section.id: [band.title for band in self.framework.bands] for section in self.framework.sections}
        rungs = {criterion.id: list(self.framework.rungs) for criterion in self.framework.management}
        allowed = {**({} if not self.framework.bands else bands), **rungs}
        if fact.criterion not in allowed:
            raise refusals.Refused("criterion", f"'{fact.criterion}' has no rating to adjust; {_of(allowed)}")
        if fact.to is None and fact.criterion not in self.adjusted:
            raise refusals.Refused("to", f"{fact.criterion} is not adjusted: there is nothing to take back")
        if fact.to is not None and fact.to not in allowed[fact.criterion]:
            raise refusals.Refused(
                "to", f"'{fact.to}' is no rating of {fact.criterion}; {_of(allowed[fact.criterion])}"
            )

    def _check_finding(self, fact: inspection_entries.FindingWritten) -> None:
        known = {c.id for c in self.framework.management} | {c.id for c in self.framework.criteria}
        if fact.criterion not in known:
            raise refusals.Refused("criterion", f"there is no criterion '{fact.criterion}'; {_of(sorted(known))}")
        if fact.question is None:
            return
        if fact.question not in self.framework.questions:
            raise refusals.Refused("question", f"there is no question '{fact.question}' in {self.framework.title}")
        if self.framework.criterion_of(fact.question).id != fact.criterion:
            raise refusals.Refused("question", f"'{fact.question}' is not a question of {fact.criterion}")


def _of(names: Iterable[str] | Mapping[str, object]) -> str:
    listed = ", ".join(names)
    return f"there are: {listed}" if listed else "there are none"
