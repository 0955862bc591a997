"""Which spare case takes the place of a case that cannot be read: in the order of the draw, never by choice."""

from collections import Counter
from collections.abc import Iterable, Sequence

from domain.entries.inspection_entries import FrameTaken


def alike(
    frame: FrameTaken, left: Iterable[str], sample: Sequence[str], case: str, per_officer: int | None, *, strict: bool
) -> list[str]:
    """Of the spare cases that are left those that may replace a case, the next one first: of its stratum.

    Those within the limit for each officer come before others, and among these those of its unit. Not ``strict``, for a draw of
    before: units count for nothing, those above the limit are not in it where others are, and where none is of the stratum, all
    may replace it.
    """
    framed = {one.case: one for one in frame.cases}
    own, spares = framed.get(case), [framed[one] for one in left if one in framed]
    if own is None:
        return []
    held = Counter(framed[one].holder for one in sample if one != case and one in framed)
    above = {one.case: per_officer is not None and held[one.holder] >= per_officer for one in spares}
    found = [one for one in spares if one.stratum == own.stratum]
    if strict:
        return [one.case for one in sorted(found, key=lambda one: (above[one.case], one.unit != own.unit))]
    found = found or spares
    return [one.case for one in found if not above[one.case]] or [one.case for one in found]
