"""How an inspection was made: its readers, how far they agreed, what was replaced, alerts, comments, what reached files late."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import InterviewNoted, QualityJudged
from domain.entries.code_lists import READING_SOURCES, CommentOutcome, JudgeRole, ReadingSource
from domain.entries.inspection_entries import reader_of
from projections.cases.case_repository import CaseRepository
from projections.inspections.after_list import entries_after_list
from projections.inspections.alerts import alerts
from projections.inspections.assessor_agreement import Agreement, read_twice
from projections.inspections.calibration_answers import agreed, compared


@dataclass(frozen=True)
class ReaderLoad:
    """An assessor: the printed name, the kind, and how many first and second readings they finished."""

    name: str
    kind: JudgeRole
    first: int
    second: int


@dataclass(frozen=True)
class HowMade:
    """The facts of an inspection's making.

    ``agreement``: of the two readings of the cases read twice. ``settled``: questions on which a third settled the answer.
    ``despite``: readings given out in spite of a conflict of interest. ``after_list``: entries that were recorded or stored
    after the area had the list. ``alerts``, ``alerts_answered``, ``alerts_in_time``: how many. ``comments``: by outcome;
    ``comments_open``: not answered; ``comments_late``: made after the last day. ``reopened``: readings opened again.
    ``interviews``: noted for readings. ``rested_on``: in how many finished first readings each source was named;
    ``sources_not_said``: in how many none was. ``calibrated``: the cases of calibration that somebody finished;
    ``calibrated_by``: how many did; ``calibration``: how far each two of them agree.
    """

    readers: tuple[ReaderLoad, ...]
    agreement: Agreement
    settled: int
    despite: int
    after_list: int
    alerts: int
    alerts_answered: int
    alerts_in_time: int
    comments: Mapping[CommentOutcome, int]
    comments_open: int
    comments_late: int
    reopened: int
    interviews: int
    rested_on: Mapping[ReadingSource, int]
    sources_not_said: int
    calibrated: int
    calibrated_by: int
    calibration: Agreement


def how_made(book: CaseRepository, name: str, found: Inspection) -> HowMade:
    """How this inspection was made, as far as it has come."""
    raised, process = alerts(book, name), found.process
    calibrated = [one for one in found.calibration.read if one[0] in found.calibration.cases]
    sources = [found.completed[case, False].sources for case in found.sample if (case, False) in found.completed]
    return HowMade(
        readers=_readers(found),
        agreement=read_twice(book, name, found, [case for case, second in found.allocated if second]),
        settled=sum(_settled(book, name, case) for case in found.sample),
        despite=len(found.despite),
        after_list=entries_after_list(book, found),
        alerts=len(raised),
        alerts_answered=sum(one.answered is not None for one in raised),
        alerts_in_time=sum(one.in_time is True for one in raised),
        comments=Counter(one.outcome for one in process.answered.values()),
        comments_open=len(process.comments.keys() - process.answered.keys()),
        comments_late=sum(map(process.is_late, process.comments.values())),
        reopened=len(process.reopened),
        interviews=sum(_interviews(book, name, case) for case in found.sample),
        rested_on={kind: sum(kind in said for said in sources) for kind in READING_SOURCES},
        sources_not_said=sum(not said for said in sources),
        calibrated=len({case for case, _ in calibrated}),
        calibrated_by=len({reader for _, reader in calibrated}),
        calibration=agreed(compared(book, name, found, found.calibration.cases)),
    )


def _readers(found: Inspection) -> tuple[ReaderLoad, ...]:
    done = Counter((reader_of(fact), second) for (_, second), fact in found.completed.items())
    named = sorted(found.assessors.items(), key=lambda one: (found.called(one[0]), one[0]))
    return tuple(ReaderLoad(found.called(key), kind, done[key, False], done[key, True]) for key, kind in named)


def _settled(book: CaseRepository, name: str, case: str) -> int:
    entries = book.file(case).entries.values()
    return len({f.question for f in entries if isinstance(f, QualityJudged) and f.inspection == name and f.adjudicates})


def _interviews(book: CaseRepository, name: str, case: str) -> int:
    entries = book.file(case).entries.values()
    return sum(isinstance(fact, InterviewNoted) and fact.inspection == name for fact in entries)
