"""Find the notices of a case at any time of knowledge: each kind anew only where something that it reads changed."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from projections.history.history import History
from projections.ledger.case_versions import CaseVersions, Epoch
from projections.ledger.history_at import HistoryAt
from projections.ledger.knowledge_spans import RowSpans, Spanned
from projections.ledger.ledger_rows import NoticeRow, notice_row
from projections.notices.notice import NoticeKind
from projections.notices.notice_kinds import NOTICES

Rows = Iterator[tuple[NoticeRow, int, int]]


def notices_as_known(growth: CaseVersions) -> RowSpans[NoticeRow]:
    """Find every notice, with the spans of knowledge in which it was known."""
    found = RowSpans[NoticeRow]()
    for kind in NOTICES.values():
        if kind.needs and growth.by_type.keys().isdisjoint(kind.needs):
            continue
        epochs = growth.epochs(kind.parts)
        for row, since, until in (_of_appointments if kind.of_appointment else _of_case)(kind, growth, epochs):
            found.add(row, since, until)
    return found


def _of_appointments(kind: NoticeKind, growth: CaseVersions, epochs: Iterable[Epoch]) -> Rows:
    """Those of single appointments, each of which changes with what is known of it."""
    assert kind.of_appointment is not None
    for epoch in epochs:
        for known in growth.appointments_made:
            since, until = max(known.since, epoch.since), min(known.until, epoch.until)
            if since < until and (noticed := kind.of_appointment(epoch.frame, known.appointment)) is not None:
                yield notice_row(kind.id, noticed), since, until


def _of_case(kind: NoticeKind, growth: CaseVersions, epochs: Iterable[Epoch]) -> Rows:
    epochs = list(epochs)
    turns = {turn for known in _read(kind, growth, epochs) for turn in (known.since, known.until)}
    for frame, opens, closes, _ in epochs:
        for since, until in pairwise([opens, *sorted(turn for turn in turns if opens < turn < closes), closes]):
            history: History = HistoryAt(growth, frame, since) if turns else frame
            for noticed in kind.found(history):
                yield notice_row(kind.id, noticed), since, until


def _read(kind: NoticeKind, growth: CaseVersions, epochs: Iterable[Epoch]) -> Iterator[Spanned]:
    """All that a kind reads beside the timelines."""
    for entry_type in kind.reads:
        yield from growth.by_type.get(entry_type, ())
    if kind.attended:
        stays = {stay for epoch in epochs for stay in epoch.frame.custody}
        for known in growth.appointments if stays else ():
            if known.appointment.attended and any(stay.holds(known.appointment.for_on) for stay in stays):
                yield known
