"""The steps and paths of enforcement as a reader is told them: steps by the gate of disclosure, paths exactly or not at all."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from projections.reports.enforcement_paths import ENDINGS, STEPS, STOPPED, AbsencePath, Decisions, Ending, Step
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import Proportion, Scope, Waits
from projections.reports.reader_reach import Holds
from projections.reports.told_counts import WaitFigure
from projections.reports.told_figures import ToldFigures


class StepFigure(NamedTuple):
    """A step in a place: of the duties that fell due those that were done, those done in time, and how long it took."""

    step: Step
    done: Proportion
    in_time: Proportion
    waits: WaitFigure


class PlaceSteps(NamedTuple):
    """The steps of one place."""

    scope: Scope
    done: Sequence[Proportion]


class PathFigure(NamedTuple):
    """How many absences took a path, and the working days from the absence to its end. ``outcome``: of those decided."""

    ending: Ending
    outcome: str
    n: int
    share: Fraction
    waits: Waits

    @property
    def title(self) -> str:
        return ENDINGS[self.ending]

    @property
    def stopped(self) -> bool:
        return self.ending in STOPPED


def step_figures(told: ToldFigures, asked: ReportRequest) -> list[StepFigure]:
    """Each step of the place asked for. Withheld and rounded as every figure of duties is."""
    found = []
    for step in STEPS:
        done, in_time = (told.duties(asked.period, step.clauses, held, asked.among) for held in ("done", "in_time"))
        waits = told.waits(asked.period, step.clauses, asked.among)
        found.append(StepFigure(step, done.figure(asked.holds), in_time.figure(asked.holds), waits.of(asked.holds)))
    return found


def steps_by_place(told: ToldFigures, asked: ReportRequest) -> list[PlaceSteps]:
    """How much of each step is done in the parts of the place asked for, at the next level at which they differ."""
    every = [told.duties(asked.period, step.clauses, "done", asked.among) for step in STEPS]
    parts = asked.scope.parts(place for one in every for place in one.places() if asked.mine(place))
    return [
        PlaceSteps(part, [one.figure(_both(part, asked)) for one in every]) for part in (parts.scopes if parts else [])
    ]


def _both(part: Scope, asked: ReportRequest) -> Holds:
    return lambda place: part.holds(place) and asked.mine(place)


def paths(told: ToldFigures, asked: ReportRequest, decisions: Decisions) -> list[AbsencePath] | None:
    """The paths of the absences of the period; None: a case that counts is closed to the reader, and paths are not rounded."""
    if not told.is_exact_in(asked.period, asked.among):
        return None
    return told.absence_paths(asked.period, asked.holds, decisions)


def path_figures(found: Sequence[AbsencePath]) -> list[PathFigure]:
    """How many took each path, in the order of ``ENDINGS``, each outcome of a decision by itself."""
    groups = Counter((path.ending, path.outcome) for path in found)
    order = list(ENDINGS)
    figures = []
    for ending, outcome in sorted(groups, key=lambda one: (order.index(one[0]), one[1])):
        days = Counter(path.days for path in found if (path.ending, path.outcome) == (ending, outcome))
        n = groups[ending, outcome]
        figures.append(PathFigure(ending, outcome, n, Fraction(n, len(found)), Waits.of(days)))
    return figures
