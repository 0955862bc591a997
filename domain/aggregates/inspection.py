"""An inspection after its entries so far: who reads what, what is finished, what is still to do.

The latest decision on a subject counts. ``domain.aggregates.inspection_rules`` says which entries it still accepts.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from domain.aggregates.calibration import Calibration
from domain.aggregates.frozen_files import FrozenFiles
from domain.aggregates.inspection_process import Process
from domain.aggregates.kept_policy import KeptPolicy
from domain.aggregates.report_parts import ReportParts
from domain.aggregates.sampling import second_readings
from domain.aggregates.spare_cases import alike
from domain.entries import inspection_entries
from domain.entries.code_lists import JudgeRole
from domain.entries.entry import Entry
from domain.policy.cited_documents import PolicyError
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.frameworks.kept_framework import framework_by

Task = tuple[str, bool]
"""A case to read, and whether for the second time."""


@dataclass
class Inspection:
    """One inspection. ``sample``: the cases read, in the order of the draw, spares in the places of those replaced.

    ``frames`` and ``draws``: every one that was ever made; ``frame`` and ``drawn``: those that count.
    Assessors are known by their staff keys: the id that the entry gives, or the name where it gives none. ``named``: staff
    key -> how the person is printed. ``first_completed``: when each reading was first finished by its reader.
    ``despite``: the readings that were given out in spite of a conflict of interest, and why.
    """

    opened: inspection_entries.InspectionOpened | None = None
    frames: list[inspection_entries.FrameTaken] = field(default_factory=list)
    draws: list[inspection_entries.SampleDrawn] = field(default_factory=list)
    frame: inspection_entries.FrameTaken | None = None
    drawn: inspection_entries.SampleDrawn | None = None
    replaced: list[inspection_entries.CaseReplaced] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    assessors: dict[str, JudgeRole] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    allocated: dict[Task, str] = field(default_factory=dict)
    completed: dict[Task, inspection_entries.ReadingCompleted] = field(default_factory=dict)
    first_completed: dict[Task, datetime] = field(default_factory=dict)
    ratings: dict[tuple[str, str], inspection_entries.ManagementRated] = field(default_factory=dict)
    despite: dict[Task, str] = field(default_factory=dict)
    not_followed_up: dict[str, inspection_entries.NotFollowedUp] = field(default_factory=dict)
    rated: dict[str, inspection_entries.StandardRated] = field(default_factory=dict)
    units: list[str] = field(default_factory=list)
    adjusted: dict[str, inspection_entries.RatingAdjusted] = field(default_factory=dict)
    findings: list[inspection_entries.FindingWritten] = field(default_factory=list)
    frozen: inspection_entries.InspectionFrozen | None = None
    files: FrozenFiles = field(default_factory=FrozenFiles)
    policy: KeptPolicy = field(default_factory=KeptPolicy)
    published: inspection_entries.InspectionPublished | None = None
    calibration: Calibration = field(default_factory=Calibration)
    process: Process = field(default_factory=Process)
    parts: ReportParts = field(default_factory=ReportParts)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Inspection":
        """The inspection after these entries, in the order in which they were stored. Never refuses."""
        found = cls()
        for fact in entries:
            found.take(fact)
        return found

    @property
    def framework(self) -> Framework:
        """The framework that it was opened with: as in force; once it is frozen, by the texts that its freeze names.

        Texts that came before the freeze hold only where no such framework is in force. ``PolicyError`` where there is none by
        this id, or a text cannot be used.
        """
        name = self.opened.framework if self.opened else DEFAULT_FRAMEWORK
        texts = self.policy.frozen
        if texts is None and name not in frameworks():
            texts = self.policy.so_far
        if texts is not None:
            return framework_by(texts, name)
        if name not in frameworks():
            raise PolicyError(
                f"there is no framework '{name}' here: lay over the policy folder that has it (docs/policy.md)"
            )
        return frameworks()[name]

    @property
    def unusable(self) -> str | None:
        """In words why the policy by which it is scored cannot be used, so that it has no figures; None: it can."""
        try:
            _ = self.framework
        except PolicyError as error:
            return str(error)
        return None

    @property
    def is_confidential(self) -> bool:
        """Whether the inspectorate holds it on its own installation, so that it goes through the whole process.

        A manager's audit never does, wherever it is opened.
        """
        opened = self.opened
        return opened is not None and opened.held_by == "inspectorate" and opened.opened_as in (None, "hm_inspector")

    @property
    def is_inspectors_own(self) -> bool:
        """Whether an inspector opened it, or it goes through the whole process. A manager's audit is none such, nor what came
        from elsewhere without a word on it."""
        return self.is_confidential or (self.opened is not None and self.opened.opened_as == "hm_inspector")

    @property
    def is_hidden(self) -> bool:
        """Whether it is hidden from everybody who does not run it: one of inspectors, until it is published."""
        return self.published is None and self.is_inspectors_own

    @property
    def is_blind(self) -> bool:
        """Whether readers see what the entries give only once they have answered."""
        return self.opened is not None and self.opened.blind

    @property
    def lead(self) -> str | None:
        """The staff key of whoever leads it: the last lead named, else the user name that opened it; None where none is known."""
        if self.process.lead is not None:
            return self.process.lead.lead_id
        return self.opened.recorded_by if self.opened else None

    @property
    def frozen_at(self) -> datetime | None:
        """When it was frozen: what is recorded later does not count."""
        return None if self.frozen is None else self.frozen.recorded_at

    @property
    def spares(self) -> list[str]:
        """The spare cases that are not used yet, the next one first."""
        used = {replaced.by for replaced in self.replaced}
        return [] if self.drawn is None else [case for case in self.drawn.spares if case not in used]

    @property
    def governed(self) -> bool:
        """Whether the draw keeps today's rules: its seed comes from a record, or it says which draw it repeats.

        A draw of before does neither. What follows from it is judged by the rules of then.
        """
        return self.drawn is not None and (self.drawn.seed_from is not None or self.drawn.repeats is not None)

    @property
    def second_drawn(self) -> tuple[str, ...]:
        """The cases of the sample that the draw gives to a second reader; a spare case is read so in place of the one replaced.

        None in a manager's audit, which one person reads, and in a draw of before, for which they were chosen.
        """
        if self.drawn is None or not self.governed or self.opened is None or self.opened.opened_as == "spo":
            return ()
        now = dict(zip(self.drawn.cases, self.sample, strict=True))
        return tuple(now[case] for case in second_readings(self.drawn.seed, self.drawn.cases))

    @property
    def second_not_given(self) -> list[str]:
        """The cases that the draw gives to a second reader, and nobody was given for a second reading."""
        return [case for case in self.second_drawn if (case, True) not in self.allocated]

    def stratum_of(self, case: str) -> str | None:
        """The stratum of a case of the frame; None where there is no frame, or it is not in it."""
        framed = self.frame.cases if self.frame else []
        return next((f.stratum for f in framed if f.case == case), None)

    def spares_for(self, case: str) -> list[str]:
        """The spare cases that may replace this one, the next one first (``spare_cases``)."""
        if self.frame is None or self.drawn is None:
            return []
        return alike(self.frame, self.spares, self.sample, case, self.drawn.per_officer, strict=self.governed)

    def called(self, assessor: str | None) -> str:
        """How an assessor is printed; empty for nobody."""
        return self.named.get(assessor, assessor) if assessor else ""

    def tasks_of(self, *assessors: str) -> list[Task]:
        """What is allocated to these assessors: most often to all keys of one person."""
        return [task for task, reader in self.allocated.items() if reader in assessors]

    def shared_out(self, conflicting: Collection[tuple[str, str]] = (), *, second: bool = False) -> dict[Task, str]:
        """What nobody reads of the sample, or of what was drawn for a ``second`` reading, each with an assessor.

        It is the one who has fewest such readings then, the first by name of equals. Whoever has the other reading of a case is
        not given this one, nor one whose pair with the case is ``conflicting``. What nobody may be given so is left; so is a second
        reading while there is no first reader.
        """
        held = Counter({name: len([t for t in self.tasks_of(name) if t[1] == second]) for name in self.assessors})
        shared: dict[Task, str] = {}
        for case in self.second_drawn if second else self.sample:
            other = self.allocated.get((case, not second))
            free = [reader for reader in held if reader != other and (case, reader) not in conflicting]
            if free and (case, second) not in self.allocated and (other or not second):
                reader = min(free, key=lambda one: (held[one], self.called(one), one))
                held[reader] += 1
                shared[case, second] = reader
        return shared

    def to_finish(self, *assessors: str) -> list[Task]:
        """What is allocated to these assessors and not finished. Once it is frozen, only a reading that was opened again."""
        mine = self.tasks_of(*assessors)
        if self.frozen is not None:
            return [(case, second) for case, second in mine if not second and self.process.reopening_of(case)]
        return [task for task in mine if task not in self.completed]

    def to_calibrate(self, *readers: str) -> list[str]:
        """The cases of calibration that an assessor, known by these keys, has still to finish. None once it is frozen."""
        if self.frozen is not None or not any(reader in self.assessors for reader in readers):
            return []
        return [case for case in self.calibration.cases if self.calibration.finished_at(case, readers) is None]

    def finished(self, *, second: bool) -> set[str]:
        """The cases whose first (or ``second``) reading is finished."""
        return {case for case, again in self.completed if again == second}

    def both_finished_at(self, case: str) -> datetime | None:
        """When both readings of a case were first finished, so that each reader may see the other; None before that."""
        both = [self.first_completed.get((case, second)) for second in (False, True)]
        times = [at for at in both if at is not None]
        return max(times) if len(times) == 2 else None

    def _not_completed(self, task: Task) -> None:
        self.completed.pop(task, None)
        self.first_completed.pop(task, None)

    @property
    def unread(self) -> list[str]:
        """The cases of the sample whose first reading is not finished."""
        return [case for case in self.sample if (case, False) not in self.completed]

    @property
    def second_to_finish(self) -> list[str]:
        """The cases given out for a second reading that is not finished."""
        return [case for case, second in self.allocated if second and (case, second) not in self.completed]

    @property
    def managed(self) -> set[str]:
        """The criteria of management that are rated, at least in part, or not followed up."""
        return {criterion for criterion, _ in self.ratings} | set(self.not_followed_up)

    @property
    def not_rescored(self) -> frozenset[str]:
        """The criteria scored by cases that this inspection leaves out."""
        return frozenset(c.id for c in self.framework.criteria if c.id in self.not_followed_up)

    @property
    def undecided(self) -> list[str]:
        """The criteria of management without any decision: not rated, not left out, not adjusted."""
        said = self.managed | set(self.adjusted)
        return [criterion.id for criterion in self.framework.management if criterion.id not in said]

    def take(self, fact: Entry) -> None:
        """Apply one stored entry. Never refuses."""
        match fact:
            case inspection_entries.InspectionOpened():
                self.opened, self.sample = fact, list(fact.cases)
            case inspection_entries.FrameTaken():
                # What was drawn from another frame is no sample of this one.
                self.frames.append(fact)
                self.frame, self.drawn, self.replaced = fact, None, []
                self.sample = list(self.opened.cases) if self.opened else []
                self.allocated, self.completed, self.first_completed, self.despite = {}, {}, {}, {}
            case inspection_entries.SampleDrawn():
                self.draws.append(fact)
                self.drawn, self.sample, self.replaced = fact, list(fact.cases), []
                self.calibration.leave_to_sample({*fact.cases, *fact.spares})
                self.allocated, self.completed, self.first_completed, self.despite = {}, {}, {}, {}
            case inspection_entries.CaseReplaced():
                self.replaced.append(fact)
                self.sample = [fact.by if case == fact.case else case for case in self.sample]
                self.allocated = {task: name for task, name in self.allocated.items() if task[0] != fact.case}
            case inspection_entries.AssessorNamed():
                self.assessors[inspection_entries.reader_of(fact)] = fact.role
                self.named[inspection_entries.reader_of(fact)] = fact.assessor
            case inspection_entries.ReadingAllocated():
                self.allocated[fact.case, fact.second] = inspection_entries.reader_of(fact)
                self.named.setdefault(inspection_entries.reader_of(fact), fact.assessor)
                self._not_completed((fact.case, fact.second))
                self.despite.pop((fact.case, fact.second), None)
                if fact.despite:
                    self.despite[fact.case, fact.second] = fact.despite
            case inspection_entries.ReadingTakenBack():
                self.allocated.pop((fact.case, fact.second), None)
                self.despite.pop((fact.case, fact.second), None)
                self._not_completed((fact.case, fact.second))
            case inspection_entries.CalibrationNamed():
                self.calibration.take(fact)
            case inspection_entries.ReadingCompleted() if fact.calibration:
                self.calibration.take(fact)
            case inspection_entries.ReadingCompleted():
                self.completed[fact.case, fact.second] = fact
                self.first_completed.setdefault((fact.case, fact.second), fact.recorded_at)
                self.process.close_again(fact)
            case inspection_entries.ManagementRated():
                self.ratings[fact.criterion, fact.item] = fact
                self.not_followed_up.pop(fact.criterion, None)
            case inspection_entries.StandardRated():
                self.rated[fact.criterion] = fact
            case inspection_entries.UnitsNamed():
                self.units = list(fact.units)
            case inspection_entries.NotFollowedUp():
                if fact.taken_back:
                    self.not_followed_up.pop(fact.criterion, None)
                else:
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
                self.files.freeze(fact, self.sample)
                self.policy.freeze(fact)
            case inspection_entries.PolicyKept():
                self.policy.keep(fact)
            case inspection_entries.FreezeFixed():
                self.files.fix(fact, self.sample)
            case inspection_entries.InspectionPublished():
                self.published = fact
            case _:
                self.process.take(fact)
                self.parts.take(fact)
