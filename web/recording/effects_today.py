"""What an entry does to the duties of its case today: before it is recorded, and afterwards for the banner."""

from domain.aggregates.amendments import amended
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from projections.cases.entry_effects import EntryEffects, entry_effects
from projections.history.history import History
from projections.obligations.derive import obligations
from web.services import current_cases
from web.site import clock


def effects_of(reference: str, fact: Entry, *more: Entry) -> EntryEffects:
    """What an entry does to the duties under the national standards today; it may be on the file already.

    ``more``: what is recorded with it.
    """
    person = current_cases.repository().person(reference)
    added = {one.entry: one for one in (fact, *more)}
    others = {name: one for name, one in person.file.entries.items() if name not in added}
    without, with_it = others, {**others, **added}
    clauses = [clause for clause in current_cases.framework().clauses if clause.of_standards]
    read, duties = [], []
    for entries in (without, with_it):
        reached = person._replace(file=CaseFile(reference, len(entries), entries)).reached
        read.append(History.of(reached.entries, elsewhere=reached.elsewhere))
        duties.append(obligations(read[-1], clauses))
    told = _asked_about(fact, with_it)
    return entry_effects(duties[0], duties[1], clock.today(), told, list(read[1].entries))


def _asked_about(fact: Entry, entries: dict[str, Entry]) -> Entry | None:
    """The entry of which it is told which duties it does not meet: itself, or the corrected one as it then reads."""
    if isinstance(fact, EntryWithdrawn):
        return None
    if not isinstance(fact, EntryCorrected):
        return fact
    return next((one for one in amended(list(entries.values())) if one.entry == fact.of), None)
