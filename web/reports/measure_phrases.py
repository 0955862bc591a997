"""The wording of the reports: whose figures, how a figure changed, how sure a definition is."""

from datetime import timedelta
from fractions import Fraction
from math import floor

from domain.policy.cited_documents import SURE
from domain.policy.measures.measure import Measure
from projections.history.moment import Moment
from projections.reports.comparison import Comparison
from projections.reports.disclosure import BASE, FEW
from projections.reports.measure_figures import ReportRequest
from projections.reports.periods import Period
from projections.reports.proportions import Proportion, Scope
from web.presentation.basis_words import knowledge_words
from web.presentation.comparison_words import CHANCE
from web.presentation.formatting import count_noun, long_date, percent, sentence, short_date

NOTHING = "nothing to compare"


def scope_words(scope: Scope, everything: str = "All that you answer for") -> str:
    """The name of a place, such as ``Gloucester`` or ``Tunde Adeyemi``; ``everything`` where none is given."""
    return scope.name if scope.level else everything


def clause_words(clause: str) -> str:
    """``absence-decision`` as ``Absence decision``, for pages. Addresses and files have the id."""
    return sentence(clause.replace("-", " ").replace("mappa", "MAPPA"))


def change_said(before: Proportion, now: Proportion, changed: Comparison | None = None) -> str:
    """``up 12 points, more than chance``: the points between the two figures as printed.

    ``changed``: whether it changed by the rule of comparison; None: that is not told.
    """
    if before.score is None or now.score is None:
        return NOTHING
    points = _points(before, now)
    way = f"{'up' if points > 0 else 'down'} {count_noun(abs(points), 'point')}" if points else "no change"
    return ", ".join(filter(None, (way, CHANCE[changed])))


def beside_said(now: Proportion, beside: Proportion, against: Comparison | None) -> str:
    """A figure compared with that of another place or group: ``12 points higher, more than chance``.

    ``against``: how it differs from it; None: that is not told.
    """
    if now.score is None or beside.score is None:
        return NOTHING
    points = _points(beside, now)
    said = f"{count_noun(abs(points), 'point')} {'higher' if points > 0 else 'lower'}" if points else "the same"
    return ", ".join(filter(None, (said, CHANCE[against])))


def _points(before: Proportion, now: Proportion) -> int:
    """The points between two figures as printed: whole per cent, rounded half up."""
    return _whole(now.score) - _whole(before.score)


def _whole(score: Fraction | None) -> int:
    return floor((score or 0) + Fraction(1, 2))


def interval_said(figure: Proportion) -> str | None:
    """The 95 % interval, such as ``48% to 89%``."""
    return None if figure.interval is None else f"{percent(figure.interval.low)} to {percent(figure.interval.high)}"


def bounds(figure: Proportion) -> tuple[Fraction | None, Fraction | None]:
    """The two ends of the interval, as fractions from 0 to 1."""
    if figure.interval is None:
        return None, None
    low, high = figure.interval
    return (Fraction(round(low * 100), 10_000), Fraction(round(high * 100), 10_000))


def period_words(asked: Period) -> str:
    """The first and last day of a period, such as ``from 23 Dec 2004 to 22 Dec 2005``."""
    return f"from {short_date(asked.since + timedelta(days=1))} to {short_date(asked.moment.on)}"


def rounded_said(asked: ReportRequest) -> str:
    """Why figures are rounded, in a sentence."""
    return (
        f"A case that counts here is closed to you, so figures are as at {short_date(asked.moment.on)}, the last month end; "
        f"counts are rounded to {BASE}, shares are made of rounded counts, and figures about fewer than {FEW} people are "
        "withheld, with what would give them away."
    )


PARTLY_ROUNDED = (
    "Figures of the whole area, and of earlier times, count cases that are closed to you: they are as at month ends, rounded "
    f"to {BASE}, and withheld where fewer than {FEW} people could be told from them."
)


def definition(measure: Measure) -> str:
    """The definition of a measure in a sentence."""
    if measure.counts == "wait":
        return f"Measures {measure.numerator}, of {measure.denominator}."
    return f"Counts {measure.numerator}, of {measure.denominator}."


def axis_words(measure: Measure) -> str:
    """What the scale of a chart of this measure counts, such as ``% of duties met in time``."""
    counted = {"answer": "judged sufficient", "done": "met, in time or late"}.get(measure.counts, "met in time")
    return f"% of {measure.unit} {counted}"


def sure_said(sure: str, remark: str | None) -> str | None:
    """How sure the definition is; None where it is found in print."""
    return None if sure == "F" else f"{SURE[sure].capitalize()}{f': {remark}' if remark else ''}"


def asked_notes(asked: ReportRequest) -> list[tuple[str, str]]:
    """Notes for a file: what was asked of the report."""
    moment: Moment = asked.moment
    found = [
        ("As at", long_date(moment.on)),
        ("Read", knowledge_words(moment)),
        ("Period", period_words(asked.period)),
        (
            "Whose",
            f"{asked.scope.level}: {asked.scope.name}" if asked.scope.level else "all that the reader answers for",
        ),
    ]
    if asked.beside is not None:
        found.append(("Beside", f"{asked.beside.level}: {asked.beside.name}"))
    return found
