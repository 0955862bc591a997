"""The words of a board pack: the state of a measure, its sentence, and what a page counts."""

from fractions import Fraction

from domain.policy.measures.board_pack_pages import PackPage
from projections.reports.board_pack import PackMeasure, PackPlace
from projections.reports.proportions import Proportion
from web.presentation.formatting import count_noun, percent
from web.reports.measure_phrases import NOTHING, change_said

ONLY_OF_AREAS = "printed for whole areas only, since groups in a part of one are of few people"
"""Why a page counts no groups of people."""


def state_said(figure: Proportion, target: int) -> str:
    """``Met`` or ``Not met``: whether a share reaches the target; why it cannot be said."""
    if figure.withheld:
        return "Not printed"
    if figure.score is None:
        return "Nothing to count"
    return "Met" if figure.score >= Fraction(target) else "Not met"


def moving_said(of: PackMeasure) -> str:
    """``down 3 points, more than chance``; empty where there is nothing to compare."""
    if of.now.withheld or of.before.withheld:
        return ""
    said = change_said(of.before, of.now, of.changed)
    return "" if said == NOTHING else said


def failing_said(page: PackPage, number: int | None) -> str:
    """What failed and how often, such as ``Plans late or missing: 12``."""
    words = page.failing.one if number == 1 else page.failing.many
    return f"{words[0].upper()}{words[1:]}: {'not printed' if number is None else f'{number:,}'}"


def failed(figure: Proportion) -> int | None:
    """How many of a share were not met; None where it is not printed."""
    return None if figure.withheld else figure.n - figure.held


def measure_sentence(page: PackPage, of: PackMeasure, target: int, worst: PackPlace | None) -> str:
    """One sentence: measure, state, change, chance, who is furthest below the area."""
    words = f"{page.recommendation}. {page.title}: {state_said(of.now, target).lower()}"
    if of.now.score is None:
        return f"{words}."
    words += f", {percent(of.now.score)} ({of.now.held:,} of {of.now.n:,}), target {target}%"
    if moving := moving_said(of):
        words += f"; {moving}"
    if worst is not None:
        words += f"; furthest below the area: {worst.scope.name} ({percent(worst.figure.score)})"
    return f"{words}."


def count_sentence(page: PackPage, number: int, of: int) -> str:
    """The sentence of a page that counts clauses, measures or groups. ``of``: how many there are.

    What is counted stands before the number: *none of 42 clauses that fail* would read as 42 that fail.
    """
    words = page.failing.one if number == 1 else page.failing.many
    return f"{page.recommendation}. {page.title}: {words}, {'none' if number == 0 else number} of {of}."


def counted_words(of: PackMeasure) -> str:
    """How much a figure rests on: ``n = 1,255 in the cases of 118 people``."""
    if of.now.withheld or not of.now.n:
        return ""
    people = "" if of.people is None else f", of {count_noun(of.people, 'person', 'people')}"
    return f"n = {of.now.n:,} {of.measure.unit}{people}"
