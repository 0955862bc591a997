"""Temporary: the law helper's reader takes this place."""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Practice:
    working_days_between_stays: int = 2
    long_custody_days: int = 28
    share_at_liberty: float = 0.5
    earlier_work_weeks: int = 16
    undecided_breach_weeks: int = 16
    whereabouts_working_days: int = 10
    suspension_weeks: int = 12
    decision_working_days: int = 7
    windows_years: int = 30
    unpaid_work_years: int = 5


@cache
def practice() -> Practice:
    return Practice()
