"""Notices on the order and on custody: past its end, released after the end, attended in custody, nobody in post."""

from collections.abc import Iterator
from itertools import pairwise

from domain.entries.case_entries import AppointmentMade, CustodyEnded, CustodyStarted
from domain.entries.code_lists import NOBODY_IN_POST
from projections.history.history import History
from projections.notices.notice import Noticed, while_held

BY_RECALL_OR_REVOCATION = frozenset(("recalled", "revoked", "revoked_and_resentenced"))
"""The reasons of an end after which a release says that the end was none, or that another sentence begins."""

NOT_AT_LIBERTY = frozenset(("prison_visit", "video", "telephone", "letter", "text"))
"""Types of contact that somebody in custody may keep."""


def past_its_end(history: History) -> Iterator[Noticed | None]:
    """From the day after the last day of the order until it is extended or the file closed."""
    for begins, until in history.past_end:
        yield while_held(history, begins, (until,), None)


def released_after_end(history: History) -> Iterator[Noticed]:
    """From a release on or after the day of an end by recall or revocation until the next custody."""
    end = history.end
    if end is None or end.value not in BY_RECALL_OR_REVOCATION:
        return
    marks = history.ordered(CustodyStarted, CustodyEnded)
    for mark, following in pairwise([*marks, None]):
        if isinstance(mark, CustodyEnded) and mark.occurred_on >= end.on:
            until = None if following is None else following.occurred_on
            if until is None or mark.occurred_on < until:
                yield Noticed(mark.occurred_on, until, mark.entry)


def custody_without_end(history: History) -> Iterator[Noticed | None]:
    """From the first appointment attended in custody, its first day aside, until the release that the file says."""
    by_post = {a.entry for a in history.all(AppointmentMade) if a.contact_type in NOT_AT_LIBERTY}
    attended = [one for one in history.told_appointments if one.attended and one.entry not in by_post]
    for stay in history.custody:
        inside = [one for one in attended if stay.holds(one.for_on) and one.for_on > stay.begins]
        if inside:
            first = min(inside, key=lambda one: (one.for_on, one.entry))
            yield while_held(history, first.for_on, (stay.ends,), first.entry)


def no_officer(history: History) -> Iterator[Noticed | None]:
    """While nobody is in post to hold the case."""
    for change, following in pairwise([*history.allocation, None]):
        if change is not None and change.value.officer_grade == NOBODY_IN_POST:
            yield while_held(history, change.on, (following and following.on,), change.entry)
