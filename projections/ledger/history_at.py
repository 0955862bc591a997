"""The history of a case as known from one recording on, taken from all versions of its entries."""

from collections.abc import Iterable, Mapping, Sequence

from domain.aggregates.amendments import IN_ORDER
from domain.entries.case_entries import AppointmentMade, Entry
from domain.policy.conditions import EntryPattern
from projections.history.appointments import Appointment
from projections.history.file_entries import F
from projections.history.history import Candidates, History
from projections.history.worked_out import worked_out
from projections.ledger.case_versions import CaseVersions
from projections.ledger.knowledge_spans import T


class HistoryAt(History):
    """A history with the timelines of ``frame`` and the entries of ``case_versions`` that were known at a recording.

    Clauses get the same from it as from a ``History`` of those entries. It is computed only where a clause reads it.
    """

    def __init__(self, case_versions: CaseVersions, frame: History, recording: int):
        super().__init__(())
        self.__dict__ |= frame.timelines
        self._case_versions, self._recording = case_versions, recording

    def _known(self, found: Iterable[T]) -> list[T]:
        at = self._recording
        return [known for known in found if known.since <= at < known.until]

    def all(self, fact_type: type[F]) -> list[F]:
        return _in_order([version.fact for version in self._known(self._case_versions.by_type.get(fact_type, ()))])

    def described(self, described: EntryPattern) -> Sequence[Entry]:
        return _in_order([version.fact for version in self._known(self._case_versions.described(described))])

    def admitted(self, described: EntryPattern) -> Candidates:
        found = self._admitted.get(described)
        if found is None:
            known = self._known(self._case_versions.admitted(described).entries)
            found = self._admitted[described] = Candidates([candidate.day for candidate in known], known)
        return found

    @worked_out
    def _missed(self) -> list[Appointment]:
        return [known.appointment for known in self._known(self._case_versions.appointments)]

    @worked_out
    def appointments(self) -> Mapping[str, Appointment]:
        made = [known for known in self._known(self._case_versions.appointments) if type(known.made) is AppointmentMade]
        return {known.made.entry: known.appointment for known in made}


def _in_order(found: list[F]) -> list[F]:
    if len(found) > 1:
        found.sort(key=IN_ORDER)
    return found
