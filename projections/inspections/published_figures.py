"""Published figures: the figures of a scoring sheet as printed, and the differences from today's."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import to_builtins

from domain.aggregates.inspection import Inspection
from domain.aggregates.kept_policy import texts_to_keep
from domain.entries.inspection_entries import InspectionPublished, PublishedFigure
from domain.store.earlier_hashes import was_at
from domain.store.files_by_digest import DamagedFile, PublishedFiles
from domain.store.freeze_fixing import every_file
from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_inspection
from projections.scoring.management_ladder import criterion_rungs
from projections.scoring.score_bands import section_bands, total
from projections.scoring.scores import CriterionScore, Score


def figures(inspection: Inspection, score: Score) -> list[PublishedFigure]:
    """Every figure of the sheet in its order: criteria of management, criteria, sections, the total where there is one."""
    placed = section_bands(inspection, score)
    bands = {b.section.id: b.band.words for b in placed if b.band is not None}
    found = [
        PublishedFigure(of=p.criterion.id, printed=p.printed)
        for p in criterion_rungs(inspection)
        if p.printed is not None
    ]
    for section in score.sections:
        found += [PublishedFigure(of=c.criterion.id, printed=criterion_words(c)) for c in section.criteria]
        band = bands.get(section.section.id)
        if section.section.rated_by == "evidence":
            found.append(PublishedFigure(of=section.section.id, printed=band or "Not rated"))
            continue
        words = _words(section.printed) + (f", {band}" if band else "")
        found.append(PublishedFigure(of=section.section.id, printed=words))
    summed = total(score.framework, placed)
    return [*found, PublishedFigure(of="total", printed=summed.words)] if summed else found


NOT_RESCORED = "Not re-scored"
"""What a sheet prints for a criterion that the inspection does not assess."""


def criterion_words(criterion: CriterionScore) -> str:
    """The figure of a criterion as printed: per cent, ``n/a``, or that it is not re-scored."""
    return NOT_RESCORED if criterion.left_out else _words(criterion.printed)


def _words(per_cent: int | None) -> str:
    return "n/a" if per_cent is None else f"{per_cent}%"


def published_fields(repository: CaseRepository, name: str) -> dict[str, Any]:
    """What the publication of an inspection puts on record, as interchange values: figures, and the end of the record."""
    found = repository.inspection(name)
    position, digest = repository.files.recorder.head()
    return {
        "framework_version": found.framework.version,
        "figures": to_builtins(figures(found, score_inspection(repository, name).score)),
        "position": position,
        "hash": digest,
    }


def frozen_fields(repository: CaseRepository, inspection: Inspection) -> dict[str, Any]:
    """What a freeze puts on record, as interchange values: how far every file goes that it rests on, and the record.

    ``policy``: the digests of the texts by which it is scored from then on, which are put on record with it
    (``texts_to_keep``).
    """
    position, digest = repository.files.recorder.head()
    return {
        "policy": [one["entry"] for one in texts_to_keep(inspection.framework)],
        "files": to_builtins(every_file(repository.files, inspection.sample)),
        "position": position,
        "hash": digest,
    }


class FigureChange(NamedTuple):
    """A figure that differs between then and now; None: there is no such figure on that side."""

    of: str
    printed: str | None
    now: str | None


def figure_changes(then: Sequence[PublishedFigure], now: Sequence[PublishedFigure]) -> list[FigureChange]:
    """The figures that differ between two lists."""
    was, is_now = {f.of: f.printed for f in then}, {f.of: f.printed for f in now}
    return [
        FigureChange(name, was.get(name), is_now.get(name))
        for name in dict.fromkeys((*was, *is_now))
        if was.get(name) != is_now.get(name)
    ]


def damaged_files(book: CaseRepository) -> list[str]:
    """The published files that this record no longer holds as they were published. Those published elsewhere do not count."""
    kept = PublishedFiles(book.files.recorder)
    found = []
    for name in book.inspections:
        out = book.inspection(name).published
        for one in out.published_files if out is not None else ():
            try:
                gone = kept.content(one.sha256) is None and _published_here(book, out)
            except DamagedFile:
                gone = True
            if gone:
                found.append(f"{name}: the published file {one.name} is not what was published, or is gone")
    return found


def damaged_texts(book: CaseRepository) -> list[str]:
    """The texts of policy by which a frozen inspection is scored and that are gone, or not what their digests say."""
    kept = ((name, book.inspection(name).policy.frozen) for name in book.inspections)
    return [f"{name}: {texts.harm}" for name, texts in kept if texts is not None and texts.harm is not None]


def _published_here(book: CaseRepository, out: InspectionPublished | None) -> bool:
    return out is not None and was_at(book.files.recorder, out.position, out.hash)
