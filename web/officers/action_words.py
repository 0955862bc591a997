"""Agreed actions in words: what shows them, and what the record shows of them."""

from collections.abc import Sequence

from domain.aggregates.action_plans import Action
from projections.officers.action_progress import Progress, shown_clauses, shown_measures
from projections.reports.proportions import Proportion
from web.presentation.formatting import percent, short_date
from web.reports.measure_phrases import clause_words

NOTHING = "Nothing in the record shows this; say yourself how it went."

OUTCOMES = {"done": "Done", "not_done": "Not done", "dropped": "Dropped"}

Choices = Sequence[tuple[str, Sequence[tuple[str, str]]]]


def choices() -> Choices:
    """What may show an action, in groups: value and words."""
    clauses = [(clause, clause_words(clause)) for clause in shown_clauses()]
    return [
        ("Duties to be done by the day agreed, counted one by one", [(f"duties:{id_}", words) for id_, words in clauses]),
        ("The same, only of cases at high risk of harm", [(f"high:{id_}", f"{words}, high risk") for id_, words in clauses]),
        ("A measure, of what falls due from now on", [(f"measure:{id_}", one.title) for id_, one in shown_measures().items()]),
    ]  # fmt: skip


def shown_by(action: Action) -> str:
    """What shows an action, in words; empty: nothing does."""
    way, _, what = action.agreed.shows.partition(":")
    if way == "measure":
        return f"Measure: {shown_measures()[what].title}" if what in shown_measures() else ""
    return f"Duties: {clause_words(what)}{', high risk of harm only' if way == 'high' else ''}" if what else ""


def progress_said(action: Action, progress: Progress | None) -> str:
    """``2 of 3 done, from the record``, or the measure since, beside the year before."""
    if progress is None:
        return NOTHING if not action.agreed.shows else ""
    now, since = progress.now, short_date(action.agreed.agreed_on)
    if progress.before is None:
        return (
            f"{now.held} of {now.n} done, from the record"
            if now.n
            else "Nothing was to be done under this, by the record"
        )
    before = (
        f"{_share(progress.before)} in the year before" if progress.before.n else "nothing fell due in the year before"
    )
    return (
        f"{_share(now)} since {since}; {before}, from the record"
        if now.n
        else f"Nothing fell due since {since}; {before}"
    )


def _share(figure: Proportion) -> str:
    return f"{figure.held} of {figure.n} ({percent(figure.score)})"
