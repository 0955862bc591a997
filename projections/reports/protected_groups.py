"""Differences by gender, ethnicity and disability. Whoever may open every case that counts has them exact (``told_figures``)."""

from collections.abc import Sequence
from dataclasses import dataclass

from projections.reports.comparison import Comparison, differs
from projections.reports.duty_results import Attribute, HeldAs
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import Proportion, total
from projections.reports.told_figures import ToldFigures

ATTRIBUTES: tuple[Attribute, ...] = ("gender", "ethnicity", "disability")

ETHNIC = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "O": "Chinese or other", "N": "Not stated"}
"""The groups of the census of 2001 by the first letter of its sixteen-plus-one codes."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group in one place. ``figure``: may be withheld. ``others``: the figure of all other groups; None: not known.

    ``people``, and ``against``, how the group differs from the others: None where the figures are not exact.
    """

    attribute: Attribute
    value: str
    people: int | None
    figure: Proportion
    others: Proportion | None
    against: Comparison | None = None


def group_of(attribute: Attribute, value: object) -> str:
    """The group of a person's code."""
    if attribute == "ethnicity":
        return ETHNIC[str(value)[:1]]
    if attribute == "disability":
        return "Disabled" if value else "Not disabled"
    return str(value).replace("_", " ").capitalize()


def group_differences(told: ToldFigures, asked: ReportRequest, clauses: Sequence[str], held_as: HeldAs) -> list[Group]:
    """The groups of the place asked for by each attribute. An attribute of which no group is told is left out."""
    found: list[Group] = []
    for attribute in ATTRIBUTES:
        found += _groups(told, asked, clauses, held_as, attribute)
    return found


def _groups(
    told: ToldFigures, asked: ReportRequest, clauses: Sequence[str], held_as: HeldAs, attribute: Attribute
) -> list[Group]:
    def name(value: object) -> str:
        return group_of(attribute, value)

    holds = asked.holds
    by_group = told.by_group(asked.period, clauses, held_as, attribute, name, holds)
    figures = {group: of.figure(holds) for group, of in sorted(by_group.items())}
    people = told.people_by_group(asked.period, clauses, attribute, name, holds)
    cases = told.cases_by_group(asked.period, clauses, held_as, attribute, name, holds)
    figures = {group: figure for group, figure in figures.items() if figure.n or figure.withheld}
    if not any(figure.n for figure in figures.values()):
        return []
    found = []
    for group, figure in figures.items():
        rest = [other for name_, other in figures.items() if name_ != group]
        others = None if figure.withheld or any(other.withheld for other in rest) else total(rest)
        against = differs(*cases[group]) if group in cases else None
        found.append(Group(attribute, group, people.get(group), figure, others, against))
    return found
