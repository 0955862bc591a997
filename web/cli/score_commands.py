"""The command ``score``: a scoring sheet."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from domain.policy.frameworks.framework import Framework
from domain.policy.standards.edition_files import national_standards
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.cases.stored_late import StoredLate
from projections.history.moment import Moment
from projections.inspections.sample_scores import (
    ScoreChange,
    ScoredSample,
    inspection_moment,
    sample_readings,
    score_changes,
    score_readings,
    with_comment,
)
from projections.scoring.management_ladder import CriterionRung, criterion_rungs
from projections.scoring.score_bands import SectionBand, section_bands
from web.cli import command_log, command_options
from web.cli.score_text import score_csv, score_text
from web.presentation.answer_reasons import answer_words, because
from web.presentation.json_documents import change_document, score_document, stored_late_document

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
@command_options.places
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
    where: Mapping[str, str], taken: str, high_risk: bool, form: str, database: str,
) -> None:  # fmt: skip
    """The scoring sheet of an inspection's sample, or of all cases held on a day, by area, team or officer.

    An inspection brings its own framework, sample date and state of knowledge; --as-at and --known-at override them.
    """
    book = CaseRepository(command_options.open_files(database))
    command_options.check_inspection(book, inspection)
    opened = book.inspections[inspection] if inspection else None
    chosen = command_options.framework_of(book, inspection, framework)
    if standards is not None and standards not in (known := [one.id for one in chosen.standards.editions]):
        raise click.UsageError(f"--standards: {standards} is not among the editions kept with it: {', '.join(known)}")
    if received and not inspection:
        raise click.UsageError("--received is for the sample of an inspection: name it with --inspection")
    at = command_options.read_moment(as_at or (opened.occurred_on if opened else None), known_at, received=received)
    if opened and as_at is None and known_at is None:
        at = replace(inspection_moment(opened), received=received)

    if inspection and where:
        _check_places(database, where)

    def scored_by(edition: str | None) -> ScoredSample:
        if not inspection and standards is None:
            return _of_columns(database, chosen, at, high_risk, where, taken)
        if inspection:
            found = sample_readings(book, inspection, at, chosen, edition)
            read = [r for r in found if _is_held(r, where)]
        else:
            read = book.read_all(held(database, at, where), at, chosen, None, edition)
        scored = score_readings(chosen, at, [r for r in read if _is_taken(r, taken)], edition)
        return scored.high_risk_only() if high_risk else scored

    scored = scored_by(standards)
    late = StoredLate.of(book, inspection, scored.readings, at) if inspection else StoredLate()
    management = (
        criterion_rungs(book.inspection(inspection)) if inspection and opened and chosen.id == opened.framework else []
    )
    bands = section_bands(book.inspection(inspection) if inspection else None, scored.score)
    changed = score_changes(scored_by(None).readings, scored.readings) if standards else None
    command_log.shows(database, {change.reference for change in changed or ()})
    changed = None if changed is None else [with_comment(book, change) for change in changed]
    if form == "json":
        document = _document(scored, inspection, changed, management, bands)
        if inspection:
            document["stored_late"] = stored_late_document(late)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo(
            score_text(scored, management, bands, taken, late) if form == "text" else score_csv(scored.score),
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


def _check_places(database: str, where: Mapping[str, str]) -> None:
    """A usage error where no case was ever held in one of these places."""
    from web.cli.command_columns import check_places, columns_of
    from web.cli.command_read_model import current_read_model

    with closing(current_read_model(database)) as views:
        check_places(columns_of(views), where)


def _is_taken(reading: Reading, taken: str) -> bool:
    return taken == "all" or reading.snapshot.has_ended == (taken == "ended")


def held(database: str, at: Moment, where: Mapping[str, str]) -> list[str]:
    """The references of the cases held here on the day, in order."""
    selection, cases = _selected(database, at, where)
    return sorted(selection.columns.references[case] for case in cases.nonzero()[0].tolist())


def _selected(database: str, at: Moment, where: Mapping[str, str]) -> tuple["CaseSelection", "Array"]:
    """The cases as at a moment, and for each whether it is held here on the day. ``where``: level of place -> its name."""
    from web.cli.command_columns import cases_held, selection_of
    from web.cli.command_read_model import current_read_model

    with closing(current_read_model(database)) as views:
        selection = selection_of(views, at)
    return selection, cases_held(selection, where)


def _is_held(reading: Reading, where: Mapping[str, str]) -> bool:
    """Whether a case is held here on the day. ``where``: level of place -> its name."""
    return all(getattr(reading.holder, level) == name for level, name in where.items())


def _document(
    scored: ScoredSample, inspection: str | None, changed: list[ScoreChange] | None, management: list[CriterionRung],
    bands: list[SectionBand],
) -> dict[str, Any]:  # fmt: skip
    document = score_document(scored, inspection, management, bands)
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


COMMANDS = [score]
