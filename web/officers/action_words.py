"""Agreed actions in words: what shows them, and what the record shows of them."""

from collections.abc import Mapping, Sequence

from domain.aggregates.action_plans import Action
from projections.officers.action_progress import Progress, shown_clauses, shown_measures
from projections.reports.proportions import Proportion
from web.presentation.formatting import percent, short_date
from web.reports.measure_phrases import clause_words

NOTHING = "Nothing in the record shows this; say yourself how it went."

OUTCOMES = {"done": "Done", "not_done": "Not done", "dropped": "Dropped"}

Choices = Sequence[tuple[str, Sequence[tuple[str, str]]]]


def choices(open_now: Mapping[str, int]) -> Choices:
    """What may show an action, in groups: value and words. ``open_now``: how many duties of a clause are open where it is agreed.

    These stand first; then the measures; then the other duties by subject.
    """
    measures = [(f"measure:{id_}", one.title) for id_, one in shown_measures().items()]
    at_hand = [(f"duties:{id_}", f"{clause_words(id_)} ({count:,} open)") for id_, count in open_now.items()]
    others: dict[str, list[tuple[str, str]]] = {}
    for id_, subject in shown_clauses().items():
        if id_ not in open_now:
            others.setdefault(subject, []).append((f"duties:{id_}", clause_words(id_)))
    named = [(f"Other duties: {subject}", found) for subject, found in others.items()]
    return [
        ("Duties that are open now", at_hand), ("A measure, of what falls due from now on", measures), *sorted(named)
    ][0 if at_hand else 1 :]  # fmt: skip


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
