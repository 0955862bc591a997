"""Score a sample: an inspection's cases at its own moment, or any cases at any moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from domain.entries.inspection_entries import InspectionOpened
from domain.policy.frameworks.framework import Framework
from domain.policy.kept_texts import by_rules_of
from projections.cases.case_reading import Reading
from projections.cases.case_repository import Again, CaseRepository
from projections.cases.rests_on import RestsOn
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.scoring.answers import Answer
from projections.scoring.scores import Score, score
from projections.scoring.value_marks import resting_on


@dataclass(frozen=True)
class ScoredSample:
    """A sample read at a moment: the readings, the score, and the high risk of harm sub-sample beside it."""

    framework: Framework
    moment: Moment
    readings: Sequence[Reading]
    score: Score
    high_risk: Score
    rests_on: RestsOn
    edition: str | None = None
    """The edition of the standards used for all duties; None: the one in force when each duty arose."""

    @property
    def marked(self) -> dict[str, list[str]]:
        """For each mark but F the questions that rest on such values (``resting_on``)."""
        return resting_on(self.framework, self.moment.on)

    def high_risk_only(self) -> "ScoredSample":
        """The high risk of harm sub-sample as a sample of its own."""
        readings = _at_high_risk(self.readings)
        return replace(
            self, readings=readings, score=self.high_risk, rests_on=_rests_on(readings, self.moment, self.framework)
        )


def inspection_moment(opened: InspectionOpened) -> Moment:
    """The sample date, as known at the end of that day or with hindsight."""
    known_at = end_of_day(opened.occurred_on) if opened.knowledge == "stood" else None
    return Moment(opened.occurred_on, known_at)


def at_own_moment(opened: InspectionOpened, moment: Moment) -> bool:
    """Whether figures read at this moment are the inspection's own."""
    return moment == inspection_moment(opened)


def score_readings(
    framework: Framework,
    moment: Moment,
    readings: Sequence[Reading],
    edition: str | None = None,
    left_out: Collection[str] = frozenset(),
) -> ScoredSample:
    """A sample's scores from its readings. ``left_out``: the criteria that are not assessed."""
    every = score(framework, [r.answers for r in readings], left_out)
    high = score(framework, [r.answers for r in _at_high_risk(readings)], left_out)
    return ScoredSample(framework, moment, readings, every, high, _rests_on(readings, moment, framework), edition)


def _rests_on(readings: Sequence[Reading], moment: Moment, framework: Framework) -> RestsOn:
    histories = (reading.history for reading in readings)
    with by_rules_of(framework.kept):
        return RestsOn.of_histories(histories, moment.on, framework.kept_standards)


def score_inspection(
    repository: CaseRepository,
    inspection: str,
    moment: Moment | None = None,
    edition: str | None = None,
    by: Framework | None = None,
    unseen: Collection[str] = (),
    again: Again = "closed",
) -> ScoredSample:
    """An inspection's cases and judgements at its own moment, or at another one. ``KeyError``: no such inspection.

    ``edition``: use this edition of the standards for all duties. ``by``: score under another framework than its own.
    ``unseen``: the cases that are scored without the judgements of the inspection's assessors. ``again``: ``none`` for the
    figures as they were before comments opened readings again.
    """
    opened = repository.inspections[inspection]
    framework = by or repository.inspection(inspection).framework
    at = moment or inspection_moment(opened)
    read = sample_readings(repository, inspection, at, framework, edition, unseen, again)
    left_out = repository.inspection(inspection).not_rescored if framework.id == opened.framework else frozenset[str]()
    return score_readings(framework, at, read, edition, left_out)


def sample_readings(
    repository: CaseRepository,
    inspection: str,
    at: Moment,
    framework: Framework,
    edition: str | None = None,
    unseen: Collection[str] = (),
    again: Again = "closed",
) -> list[Reading]:
    """The readings of an inspection's sample, of those cases that had begun; for a region those of its units after them.

    The units of a region answer the questions that are added up, each at its own sample date unless the region is read at
    another moment than its own; the region's own cases answer the others.
    """
    asked: list[tuple[str, Moment, Framework]] = [(inspection, at, framework.for_own_cases)]
    if framework.has_units:
        itself = at_own_moment(repository.inspections[inspection], at)
        added = framework.asking("units")
        for unit in units_added(repository, inspection, framework):
            asked.append((unit, inspection_moment(repository.inspections[unit]) if itself else at, added))
    read = (
        repository.read(
            case, when, by, None if case in unseen else one, edition, again=again,
            unit=None if one == inspection else one,
        )
        for one, when, by in asked
        for case in repository.inspection(one).sample
    )  # fmt: skip
    return [reading for reading in read if reading.has_begun]


def scores_by_unit(scored: ScoredSample, told_apart: Collection[str], others: str) -> dict[str, Score]:
    """The added answers of each unit of a region: its inspection -> its score by itself. Empty where nothing is added up.

    ``told_apart``: the units that may be told apart; all others are one, under the name ``others``.
    """
    cases: dict[str, list[Sequence[Answer]]] = {}
    for reading in scored.readings:
        if reading.unit is not None:
            cases.setdefault(reading.unit if reading.unit in told_apart else others, []).append(reading.answers)
    return {unit: score(scored.framework, answered) for unit, answered in cases.items()}


def units_added(repository: CaseRepository, inspection: str, framework: Framework) -> list[str]:
    """The units of a region whose answers are added: those on record, under a framework taken here, with fieldwork closed."""
    found = []
    for unit in repository.inspection(inspection).units:
        opened = repository.inspections.get(unit)
        taken = opened is not None and framework.takes_answers_of(opened.framework) and unit != inspection
        if taken and repository.inspection(unit).frozen is not None:
            found.append(unit)
    return found


def score_before(repository: CaseRepository, inspection: str, unseen: Collection[str] = ()) -> ScoredSample | None:
    """The inspection that this one follows, at its own moment and under the framework of this one.

    None where it follows none on record, or where judgements under the other framework don't count under this one.
    ``unseen``: cases of the inspection before; see ``score_inspection``.
    """
    opened = repository.inspections[inspection]
    was = repository.inspections.get(opened.follows or "")
    framework = repository.inspection(inspection).framework
    if was is None or not framework.takes_answers_of(was.framework):
        return None
    return score_inspection(repository, opened.follows or "", by=framework, unseen=unseen)


def _at_high_risk(readings: Sequence[Reading]) -> list[Reading]:
    return [reading for reading in readings if reading.snapshot.is_high_risk]


def same_evidence(was: InspectionOpened, now: InspectionOpened) -> bool | None:
    """Whether two inspections name the same evidence (ignoring case, spacing and a final point); None where one names none."""
    if was.evidence is None or now.evidence is None:
        return None
    return _plain(was.evidence) == _plain(now.evidence)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split()).rstrip(".")


class ScoreChange(NamedTuple):
    """An answer that differs between two scorings of the same case."""

    reference: str
    was: Answer
    now: Answer


def with_comment(repository: CaseRepository, change: ScoreChange) -> ScoreChange:
    """The change with the comment of the judgement that it rests on, for what shows it."""
    return change._replace(now=repository.with_comment(change.reference, change.now))


def score_changes(was: Sequence[Reading], now: Sequence[Reading]) -> list[ScoreChange]:
    """The answers that differ between two readings of the same cases, in the order of the cases and questions."""
    before = {reading.reference: reading for reading in was}
    return [
        ScoreChange(reading.reference, old, new)
        for reading in now
        for old, new in zip(before[reading.reference].answers, reading.answers, strict=True)
        if old.answer != new.answer
    ]
