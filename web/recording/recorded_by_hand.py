"""Recording on a case by hand: stored in the name of an account, noted in the access log, and told on the next page."""

from collections.abc import Callable, Sequence
from datetime import datetime

from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import Entry
from web.recording import after_recording
from web.services import current_cases
from web.site import access_control, clock


def recorded(
    reference: str,
    facts: Sequence[Entry],
    *,
    now: datetime | None = None,
    by: str = "",
    back: str | None = None,
    unless: Callable[[CaseFile], None] = lambda _: None,
) -> list[Entry]:
    """Record entries on the file of a case, all or none; those that are new. Raises ``Refused`` and ``BusyFile``.

    ``now``: default, the time of recording. ``by``: the user name that records; default, the person signed in. ``back``: where
    the banner of the next page leads back to (empty: to the reader's list); None: there is no banner. ``unless``: as
    ``Files.record`` has it.
    """
    actor = access_control.stored_by_account(by or access_control.account().username)
    files = current_cases.repository().files
    fresh = files.record(reference, facts, actor=actor, now=now or clock.recording_time(), unless=unless)
    if fresh:
        said = "; ".join(f"{type(one).__name__} {one.entry}" for one in fresh)
        access_control.log("recorded", reference, detail=said)
    if back is not None:
        after_recording.note(reference, *(one.entry for one in facts), back=back)
    return fresh
