"""The default period of a report, and what is said of a place in which no case was ever held."""

from projections.reports.periods import USUAL_MONTHS
from projections.reports.proportions import Scope

MONTHS = USUAL_MONTHS
"""The default period of a report, in months up to the day as at which it is read (a parameter)."""


def nowhere(scope: Scope) -> str:
    """In words, that no case has ever been held in the place."""
    if scope.level == "officer":
        return f"No case has been held by an officer called {scope.name}"
    return f"No case has been held in {'an' if scope.level == 'area' else 'a'} {scope.level} called {scope.name}"
