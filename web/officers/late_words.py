"""How late the entries of an officer were recorded, in a sentence."""

from projections.reports.duty_results import LateFigure
from web.presentation.formatting import count_noun


def late_said(recorded: LateFigure, months: int) -> str:
    """``3 of 232 entries in 12 months were recorded late ...``, and by how many working days: each of two, half of more."""
    entries, late, median, _, longest = recorded
    were, day = ("was", "its day") if late == 1 else ("were", "their day")
    of = f"{late:,} of {count_noun(entries, 'entry', 'entries')} in {months} months"
    said = f"{of} {were} recorded more than one working day after {day}"
    if median is None or not late:
        return f"{said}."
    if late == 1:
        return f"{said}; it came {count_noun(median, 'working day')} after."
    if late == 2 and longest is not None:
        return f"{said}; they came {median:,} and {count_noun(longest, 'working day')} after."
    return f"{said}; half of these within {count_noun(median, 'working day')}."
