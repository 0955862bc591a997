"""What lets an account reach more than before, and what takes effect at once. Pure rules.

A change that widens needs two people; one that narrows needs one.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from domain.accounts.account_rules import AccountField
from domain.accounts.roles import Account

T = TypeVar("T")


def widened(before: Account | None, after: Account) -> list[AccountField]:
    """The fields by which ``after`` lets its holder reach, do or go on longer than ``before``; none where it narrows.

    ``before``: None for an account that is made. A closed account reaches nothing, whatever its fields say. A role is neither
    more nor less than another: any other role widens. A printed name widens nothing.
    """
    if after.disabled:
        return []
    if before is None:
        return ["username", "role"]
    found: list[AccountField] = [
        *(("role",) if after.role != before.role else ()),
        *(("places",) if _more(before.places, after.places) else ()),
        *(("staff",) if _more(before.staff, after.staff) else ()),
        *(("inspections",) if _more(before.inspections, after.inspections) else ()),
        *(("grade",) if after.grade not in (None, before.grade) else ()),
        *(("until",) if _later(before.until, after.until) else ()),
        *(("disabled",) if before.disabled else ()),
        *(("rights",) if _more(before.rights, after.rights) else ()),
        *(("place_level",) if after.place_level not in (None, before.place_level) else ()),
        *(("source",) if after.source not in (None, before.source) else ()),
        *(("client",) if after.client not in (None, before.client) else ()),
    ]
    return found


def narrowed(before: Account, after: Account) -> Account:
    """What of a change takes effect at once: everything in it that widens nothing."""
    return replace(
        before,
        name=after.name,
        places=_still(before.places, after.places),
        staff=_still(before.staff, after.staff),
        inspections=_still(before.inspections, after.inspections),
        grade=after.grade if after.grade is None else before.grade,
        until=before.until if _later(before.until, after.until) else after.until,
        disabled=before.disabled or after.disabled,
        rights=tuple(right for right in before.rights if right in after.rights),
        source=after.source if after.source is None else before.source,
        client=after.client if after.client is None else before.client,
    )


def _more(before: Iterable[T], after: Iterable[T]) -> bool:
    return not set(after) <= set(before)


def _still(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    kept = set(after)
    return tuple(one for one in before if one in kept)


def _later(before: date | None, after: date | None) -> bool:
    """Whether a last day is later than before; None: there is none."""
    return before is not None and (after is None or after > before)
