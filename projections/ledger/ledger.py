"""The ledger of one case: its duties, spells, judgements, late recordings and notices, each with the span in which it was known.

``ledger(entries)`` is a pure function of the entries, in any order. A row is known from the recording that added it up to
the recording that removed or changed it. To read *as at D, as known at K*: select the rows with ``Known.at(K)``, then take
the state of a duty on D, or the spell that contains D.

The ledger is derived clause by clause along the axis of knowledge (``case_versions``). Deriving ``rows_known`` anew at
each recording gives the same rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.entries.case_entries import Entry, QualityJudged
from projections.history.history import History
from projections.ledger.case_versions import TIMELINE_NAMES, CaseVersions
from projections.ledger.derive_bitemporal import owed_as_known
from projections.ledger.duties_apart import told_late, with_dispensed_days
from projections.ledger.knowledge_spans import RowSpans
from projections.ledger.ledger_rows import LATE_AFTER as LATE_AFTER
from projections.ledger.ledger_rows import DutyRow as DutyRow
from projections.ledger.ledger_rows import JudgementRow as JudgementRow
from projections.ledger.ledger_rows import Known as Known
from projections.ledger.ledger_rows import LateRow as LateRow
from projections.ledger.ledger_rows import NoticeRow as NoticeRow
from projections.ledger.ledger_rows import Place as Place
from projections.ledger.ledger_rows import SpellRow as SpellRow
from projections.ledger.ledger_rows import duty_row, judgement_row, late_row
from projections.ledger.ledger_rows import notice_rows as notice_rows
from projections.ledger.ledger_rows import obligation_of as obligation_of
from projections.ledger.ledger_rows import spell_rows as spell_rows
from projections.ledger.notices_known import notices_as_known
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.derive import obligations


@dataclass
class Ledger:
    """The rows of one case on both axes of time."""

    duties: list[Known[DutyRow]] = field(default_factory=list)
    spells: list[Known[SpellRow]] = field(default_factory=list)
    judgements: list[Known[JudgementRow]] = field(default_factory=list)
    lates: list[Known[LateRow]] = field(default_factory=list)
    notices: list[Known[NoticeRow]] = field(default_factory=list)

    @property
    def kinds(self) -> tuple[list[Known[Any]], ...]:
        """The rows of each kind, in the order of ``rows_known``."""
        return self.duties, self.spells, self.judgements, self.lates, self.notices


def ledger(entries: Iterable[Entry], elsewhere: Iterable[Iterable[Entry]] = ()) -> Ledger:
    """The ledger of a case from all its entries, in any order.

    ``elsewhere``: the entries of each other file of the person that say something of the person.
    """
    case_versions = CaseVersions(entries, elsewhere)
    spells, judgements, lates = RowSpans[SpellRow](), RowSpans[JudgementRow](), RowSpans[LateRow]()
    for epoch in case_versions.epochs(TIMELINE_NAMES):
        for spell in spell_rows(epoch.frame):
            spells.add(spell, epoch.since, epoch.until)
    for version in case_versions.by_type.get(QualityJudged, ()):
        if (judged := judgement_row(version.fact)) is not None:
            judgements.add(judged, version.since, version.until)
    for version in case_versions.versions:
        if (late := late_row(version.fact)) is not None:
            lates.add(late, version.since, version.until)
    instants = case_versions.instants
    return Ledger(
        told_late(with_dispensed_days(owed_as_known(case_versions), case_versions).with_instants(instants)),
        spells.with_instants(instants),
        judgements.with_instants(instants),
        lates.with_instants(instants),
        notices_as_known(case_versions).with_instants(instants),
    )


def rows_known(history: History) -> tuple[Sequence[Any], ...]:
    """The rows of one state of knowledge: duties, spells, judgements, late recordings, notices."""
    return (
        duty_rows(history), spell_rows(history), judgement_rows(history), late_rows(history), notice_rows(history)
    )  # fmt: skip


def duty_rows(history: History) -> list[DutyRow]:
    """The duties under all clauses of the catalogue by this history, in order of the day they are due."""
    return [duty_row(obligation, history) for obligation in obligations(history, catalogue().clauses)]


def judgement_rows(history: History) -> list[JudgementRow]:
    """The judgements that belong to no inspection, in order of time."""
    return [row for fact in history.all(QualityJudged) if (row := judgement_row(fact)) is not None]


def late_rows(history: History) -> list[LateRow]:
    """The entries recorded more than ``LATE_AFTER`` working days after the day they are dated."""
    return [row for fact in history.entries if (row := late_row(fact)) is not None]
