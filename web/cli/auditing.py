"""What was due and how it scores: case, score, due."""

import csv
import io
import json
from datetime import date
from typing import Any

import click

from domain.codes import label
from domain.frameworks import DEFAULT_FRAMEWORK, frameworks
from projections.casebook import Casebook, Reading
from projections.caseload import due, holding, select
from projections.scores import Score, printed
from projections.scoring import Scored, score_inspection, score_readings
from web.cli import options
from web.documents import case_document, due_document, score_document
from web.sentences import answer_words, because, fact_details, fact_title, knowledge_words, why
from web.words import percent, short_date

framework_option = click.option(
    "--framework", default=DEFAULT_FRAMEWORK, type=click.Choice(list(frameworks())), show_default=True
)
inspection_option = click.option(
    "--inspection", metavar="ID", help="Cases, sample date and knowledge from this inspection."
)


def _check_inspection(book: Casebook, inspection: str | None) -> None:
    known = book.inspections
    if inspection is not None and inspection not in known:
        raise click.UsageError(f"there is no inspection '{inspection}'; known are: {', '.join(known) or 'none'}")


@click.command()
@click.argument("reference")
@options.moment
@inspection_option
@framework_option
@options.form("text", "json")
@options.database
def case(
    reference: str, as_at: date | None, known_at: Any, inspection: str | None, framework: str, form: str, database: str
) -> None:
    """One case as at a day, as known at a moment: its entries, what was due and when it was met, its answers.

    With --inspection the judgements of that inspection count.
    """
    book = Casebook(options.open_files(database))
    _check_inspection(book, inspection)
    if book.file(reference).beginning is None:
        raise click.UsageError(f"there is no case {reference}")
    chosen = frameworks()[framework]
    reading = book.read(reference, options.read_moment(as_at, known_at), chosen, inspection)
    if form == "json":
        click.echo(json.dumps(case_document(reading, chosen), indent=2, ensure_ascii=False))
    else:
        click.echo(_case_text(reading))


def _case_text(reading: Reading) -> str:
    day, started = reading.moment.on, reading.history.started
    if started is None:
        return f"{reading.reference}: nothing was on the file by then"
    held = holding(reading)
    lines = [
        f"{reading.reference}  {started.person.name}  {label(started.order_type)}, {held.officer}, {held.team}",
        f"as at {short_date(day)}, " + knowledge_words(reading.moment),
        "",
        "ENTRIES",
    ]
    for fact in reading.history.entries:
        if fact.occurred_on <= day:
            details = "; ".join(f"{name}: {value}" for name, value in fact_details(fact))
            lines.append(f"  {fact.occurred_on}  {fact.entry}  {fact_title(fact)}  {details}")
    lines += ["", "DUTIES"]
    for o in reading.obligations:
        if (state := o.state(day)) is not None:
            lines.append(f"  {state:<9} {o.clause.id} ({o.clause.edition}): {why(o, day)}")
    lines += ["", "ANSWERS"]
    for answer in reading.answers:
        lines.append(f"  {answer_words(answer):<28} {answer.question.text} [{answer.basis}]")
        lines += [f"    {because(reason, day)}" for reason in answer.because[:4]]
    return "\n".join(lines)


@click.command()
@options.moment
@framework_option
@inspection_option
@click.option("--area", metavar="A")
@click.option("--team", metavar="T")
@click.option("--officer", metavar="O")
@click.option("--high-risk", is_flag=True, help="Only cases at high or very high risk of harm on the day.")
@options.form("text", "json", "csv")
@options.database
def score(
    as_at: date | None, known_at: Any, framework: str, inspection: str | None, area: str | None, team: str | None,
    officer: str | None, high_risk: bool, form: str, database: str,
) -> None:  # fmt: skip
    """The scoring sheet of an inspection's sample, or of all cases held on a day, by area, team or officer."""
    book = Casebook(options.open_files(database))
    _check_inspection(book, inspection)
    at = options.read_moment(as_at, known_at) if as_at or known_at else None
    if inspection:
        scored = score_inspection(book, inspection, at)
    else:
        at = at or options.read_moment(None, None)
        chosen = frameworks()[framework]
        scored = score_readings(chosen, at, book.read_all(book.cases, at, chosen))
    chosen_readings = select(scored.readings, area=area, team=team, officer=officer)
    scored = score_readings(scored.framework, scored.moment, chosen_readings)
    if high_risk:
        scored = Scored(scored.framework, scored.moment, scored.readings, scored.high_risk, scored.high_risk)
    if form == "json":
        click.echo(json.dumps(score_document(scored, inspection), indent=2))
    else:
        click.echo(_score_text(scored) if form == "text" else _score_csv(scored.score), nl=form == "text")


def _score_text(scored: Scored) -> str:
    known = knowledge_words(scored.moment)
    lines = [
        f"{scored.framework.title}: {scored.score.cases} cases as at {short_date(scored.moment.on)}, {known}",
        f"{'':<56}{'score':>6}{'n':>6}{'95 %':>10}{'high risk of harm':>20}",
    ]
    high = scored.high_risk
    for section, high_section in zip(scored.score.sections, high.sections, strict=True):
        for criterion, high_criterion in zip(section.criteria, high_section.criteria, strict=True):
            name = f"{criterion.criterion.id}: {criterion.criterion.title} ({criterion.criterion.weight})"
            lines.append(f"{name:<56}{percent(criterion.printed):>6}{'':>16}{percent(high_criterion.printed):>20}")
            for question in criterion.questions:
                q, h = question, high.questions[question.question.id]
                span = "" if q.interval is None else f"{q.interval[0]:.0f}-{q.interval[1]:.0f}"
                figure = percent(printed(scored.framework, q.score))
                beside = "n/a" if h.score is None else f"{h.sufficient} of {h.n}"
                lines.append(f"  {q.question.id:<54}{figure:>6}{q.n:>6}{span:>10}{beside:>20}")
        lines.append(f"{'Score for section ' + section.section.id:<56}{percent(section.printed):>6}")
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
                writer.writerow([section.section.id, c.criterion.id, c.criterion.weight, q.question.id, q.sufficient,
                                 q.insufficient, q.not_applicable, q.not_answered, q.absent,
                                 "" if q.score is None else round(float(q.score), 2), low, high, ""])  # fmt: skip
            writer.writerow([section.section.id, c.criterion.id, c.criterion.weight, *[""] * 6,
                             "" if c.score is None else round(float(c.score), 2), "", "", c.printed])  # fmt: skip
        writer.writerow([section.section.id, *[""] * 8, "" if section.score is None else round(float(section.score), 2),
                         "", "", section.printed])  # fmt: skip
    return out.getvalue()


@click.command("due")
@click.option("--as-at", type=options.Day(), metavar="D", help="As at this day. Default: today.")
@click.option("--team", metavar="T")
@click.option("--officer", metavar="O")
@click.option("--within", type=click.IntRange(0, 366), default=7, show_default=True, metavar="DAYS",
              help="Also what falls due within so many days.")  # fmt: skip
@options.form("text", "json", "csv")
@options.database
def due_(as_at: date | None, team: str | None, officer: str | None, within: int, form: str, database: str) -> None:
    """What is overdue and what falls due, as the files stood on the day."""
    book = Casebook(options.open_files(database))
    chosen = frameworks()[DEFAULT_FRAMEWORK]
    readings = book.read_all(book.cases, options.read_moment(as_at, None), chosen)
    owed = due(select(readings, team=team, officer=officer), within)
    documents = due_document(owed)
    if form == "json":
        click.echo(json.dumps(documents, indent=2, ensure_ascii=False))
    elif form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, ["case", "clause", "citation", "due_on", "state", "officer", "team"])
        writer.writeheader()
        writer.writerows(documents)
        click.echo(out.getvalue(), nl=False)
    else:
        for o in owed:
            click.echo(f"{o.obligation.due_on}  {o.state:<8} {o.reference:<12} {o.clause.id:<42} {o.holding.officer}")
        click.echo(f"{len(owed)} duties")


COMMANDS = [case, score, due_]
