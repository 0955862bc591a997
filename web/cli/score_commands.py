"""The command ``score``: a scoring sheet."""

import csv
import io
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.standards.edition_files import national_standards
from domain.safe_cells import safe
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.cases.stored_late import StoredLate
from projections.history.moment import Moment
from projections.inspections.sample_scores import (
    ScoreChange,
    ScoredSample,
    inspection_moment,
    score_changes,
    score_readings,
    with_comment,
)
from projections.scoring.management_ladder import CriterionRung, criterion_rungs
from projections.scoring.scores import Score, printed
from web.cli import command_log, command_options
from web.presentation.formatting import count_noun, percent, short_date
from web.presentation.json_documents import change_document, score_document, stored_late_document
from web.presentation.phrases import (
    answer_words,
    because,
    knowledge_words,
    marked_words,
    rests_on_words,
    stored_late_words,
)

if TYPE_CHECKING:
    from projections.columns.case_selection import CaseSelection
    from projections.columns.column_schema import Array


@click.command()
@command_options.moment
@command_options.received
@command_options.framework
@command_options.inspection
@click.option(
    "--standards",
    type=click.Choice([e.id for e in national_standards().editions]),
    metavar="EDITION",
    help="Judge by this edition of the national standards throughout, and list the answers that change.",
)
@click.option("--area", metavar="A")
@click.option("--team", metavar="T")
@click.option("--officer", metavar="O")
@click.option(
    "--cases",
    "taken",
    type=click.Choice(("current", "ended", "all")),
    default="all",
    show_default=True,
    help="Which cases: those under supervision on the day, those that have ended, or all that had begun.",
)
@click.option("--high-risk", is_flag=True, help="Only cases at high or very high risk of harm on the day.")
@command_options.form("text", "json", "csv")
@command_options.database
def score(
    as_at: date | None, known_at: Any, received: bool, framework: str | None, inspection: str | None, standards: str | None,
    area: str | None, team: str | None, officer: str | None, taken: str, high_risk: bool, form: str, database: str,
) -> None:  # fmt: skip
    """The scoring sheet of an inspection's sample, or of all cases held on a day, by area, team or officer.

    An inspection brings its own framework, sample date and state of knowledge; --as-at and --known-at override them.
    """
    book = CaseRepository(command_options.open_files(database))
    command_options.check_inspection(book, inspection)
    opened = book.inspections[inspection] if inspection else None
    chosen = frameworks()[framework or (opened.framework if opened else DEFAULT_FRAMEWORK)]
    if received and not inspection:
        raise click.UsageError("--received is for the sample of an inspection: name it with --inspection")
    at = command_options.read_moment(as_at or (opened.occurred_on if opened else None), known_at, received=received)
    if opened and as_at is None and known_at is None:
        at = replace(inspection_moment(opened), received=received)

    where = {level: name for level, name in (("area", area), ("team", team), ("officer", officer)) if name is not None}

    def scored_by(edition: str | None) -> ScoredSample:
        if not inspection and standards is None:
            return _of_columns(database, chosen, at, high_risk, where, taken)
        cases = _of_sample(book, inspection, at, where) if inspection else _held(database, at, where)
        read = [r for r in book.read_all(cases, at, chosen, inspection, edition) if _is_taken(r, taken)]
        scored = score_readings(chosen, at, read, edition)
        return scored.high_risk_only() if high_risk else scored

    scored = scored_by(standards)
    late = StoredLate.of(book, inspection, scored.readings, at) if inspection else StoredLate()
    management = (
        criterion_rungs(book.inspection(inspection)) if inspection and opened and chosen.id == opened.framework else []
    )
    changed = score_changes(scored_by(None).readings, scored.readings) if standards else None
    command_log.shows(database, {change.reference for change in changed or ()})
    changed = None if changed is None else [with_comment(book, change) for change in changed]
    if form == "json":
        document = _document(scored, inspection, changed, management)
        if inspection:
            document["stored_late"] = stored_late_document(late)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo(
            _score_text(scored, management, taken, late) if form == "text" else _score_csv(scored.score),
            nl=form == "text",
        )
    if form == "text" and changed is not None:
        click.echo(_changes_text(changed, at))


def _of_columns(
    database: str, chosen: Framework, at: Moment, high_risk: bool, where: Mapping[str, str], taken: str
) -> ScoredSample:
    """The score of the cases held here on the day, counted from the column store."""
    from projections.columns import away_counts, score_counts
    from web.cli.command_columns import cases_taken

    selection, cases = _selected(database, at, where)
    cases = cases & cases_taken(selection, taken)
    sample = score_counts.score_cases(chosen, selection, cases)
    if high_risk:
        rests_on = away_counts.rests_on(selection, cases & selection.high_risk)
        return ScoredSample(chosen, at, (), sample.high_risk, sample.high_risk, rests_on)
    return ScoredSample(chosen, at, (), sample.score, sample.high_risk, away_counts.rests_on(selection, cases))


def _is_taken(reading: Reading, taken: str) -> bool:
    return taken == "all" or reading.snapshot.has_ended == (taken == "ended")


def _held(database: str, at: Moment, where: Mapping[str, str]) -> list[str]:
    """The references of the cases held here on the day, in order."""
    selection, cases = _selected(database, at, where)
    return sorted(selection.columns.references[case] for case in cases.nonzero()[0].tolist())


def _selected(database: str, at: Moment, where: Mapping[str, str]) -> tuple["CaseSelection", "Array"]:
    """The cases as at a moment, and for each whether it is held here on the day. ``where``: level of place -> its name."""
    from web.cli.command_columns import selection_of
    from web.cli.command_read_model import current_read_model

    with closing(current_read_model(database)) as views:
        selection = selection_of(views, at)
    return selection, selection.select(**where)


def _of_sample(book: CaseRepository, inspection: str, at: Moment, where: Mapping[str, str]) -> list[str]:
    """The cases of an inspection's sample that had begun by the day and are held here on it."""

    def is_held(reference: str) -> bool:
        history = book.history(reference, at.known_at, received=at.received)
        if history.start is None or history.start.on > at.on:
            return False
        held = history.held_by(at.on)
        return all(getattr(held, level) == name for level, name in where.items())

    return list(filter(is_held, book.inspection(inspection).sample))


def _document(
    scored: ScoredSample, inspection: str | None, changed: list[ScoreChange] | None, management: list[CriterionRung]
) -> dict[str, Any]:
    document = score_document(scored, inspection, management)
    if changed is not None:
        document["standards"] = scored.edition
        document["changes"] = [change_document(change, scored.moment.on) for change in changed]
    return document


def _changes_text(changed: list[ScoreChange], at: Moment) -> str:
    lines = ["", f"{len(changed)} answers change:"]
    for change in changed:
        lines.append(
            f"{change.reference:<12} {change.now.question.id}: {answer_words(change.was)} -> {answer_words(change.now)}"
        )
        lines += [f"    {because(reason, at.on)}" for reason in change.now.because[:3]]
    return "\n".join(lines)


TAKEN = {"current": "current cases only", "ended": "ended cases only", "all": "current and ended cases"}


def _score_text(scored: ScoredSample, management: list[CriterionRung], taken: str, late: StoredLate) -> str:
    known = knowledge_words(scored.moment)
    lines = [
        f"{scored.framework.title}: {count_noun(scored.score.cases, 'case')} as at {short_date(scored.moment.on)}, {known}"
        + (f", by edition {scored.edition} throughout" if scored.edition else "")
        + f"; {TAKEN[taken]}",
        *rests_on_words(scored.rests_on),
        *marked_words(scored.marked),
        *stored_late_words(late),
        f"{'':<56}{'score':>6}{'n':>6}{'95 %':>10}{'high risk of harm':>20}",
    ]
    lines += [f"{f'{p.criterion.id}: {p.criterion.title}':<56}  {p.printed or 'not rated yet'}" for p in management]
    high = scored.high_risk
    for section, high_section in zip(scored.score.sections, high.sections, strict=True):
        for criterion, high_criterion in zip(section.criteria, high_section.criteria, strict=True):
            name = f"{criterion.criterion.id}: {criterion.criterion.title} ({criterion.criterion.weight})"
            lines.append(f"{name:<56}{percent(criterion.printed):>6}{'':>16}{percent(high_criterion.printed):>20}")
            for question in criterion.questions:
                q, h = question, high.questions[question.question.id]
                span = "" if q.interval is None else f"{q.interval.low:.0f}-{q.interval.high:.0f}"
                figure = percent(printed(scored.framework, q.score))
                beside = "n/a" if h.score is None else f"{h.sufficient} of {h.n}"
                lines.append(f"  {q.question.id:<54}{figure:>6}{q.n:>6}{span:>10}{beside:>20}")
        band = scored.framework.band(section.printed)
        named = f"  {band.title}" if band else ""
        lines.append(f"{'Score for section ' + section.section.id:<56}{percent(section.printed):>6}{named}")
    return "\n".join(lines)


def _score_csv(score: Score) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["section", "criterion", "weight", "question", "sufficient", "insufficient", "not_applicable",
                     "not_answered", "absent", "score", "low", "high", "printed"])  # fmt: skip
    for section in score.sections:
        for c in section.criteria:
            for q in c.questions:
                low, high = q.interval or ("", "")
                writer.writerow([safe(section.section.id), safe(c.criterion.id), c.criterion.weight, safe(q.question.id),
                                 q.sufficient, q.insufficient, q.not_applicable, q.not_answered, q.absent,
                                 "" if q.score is None else round(float(q.score), 2), low, high, ""])  # fmt: skip
            writer.writerow([safe(section.section.id), safe(c.criterion.id), c.criterion.weight, *[""] * 6,
                             "" if c.score is None else round(float(c.score), 2), "", "", c.printed])  # fmt: skip
        writer.writerow([safe(section.section.id), *[""] * 8, "" if section.score is None else round(float(section.score), 2),
                         "", "", section.printed])  # fmt: skip
    return out.getvalue()


COMMANDS = [score]
