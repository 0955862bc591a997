"""The command ``standards``: the editions of the national standards, and of one what it lays and what it does not."""

import json
from collections.abc import Iterator
from typing import Any

import click

from domain.policy.cited_documents import MARKS
from domain.policy.clauses import Clause
from domain.policy.standards.edition import Edition
from domain.policy.standards.edition_files import national_standards
from web.cli import command_options


@click.command()
@click.argument("edition", required=False)
@command_options.form("text", "json")
def standards(edition: str | None, form: str) -> None:
    """The editions of the national standards; of one edition what it lays, what is not laid and what is only described."""
    editions = national_standards().editions
    if edition is not None:
        command_options.known_or_refused(f"There is no edition called {edition}", edition, (one.id for one in editions))
    chosen = [one for one in editions if edition in (None, one.id)]
    if form == "json":
        click.echo(json.dumps([_document(one) for one in chosen], indent=2, ensure_ascii=False))
    elif edition is None:
        for one in chosen:
            click.echo(f"{one.start}  {one.id:<20} {one.title}: {_counts(one)}")
    else:
        click.echo("\n".join(_lines(chosen[0])))


def _counts(edition: Edition) -> str:
    return (
        f"{len(edition.clauses)} clauses laid, {len(edition.not_laid)} not laid, {len(edition.described)} only described, "
        f"{len(edition.not_auditable)} not auditable"
    )


def _lines(edition: Edition) -> Iterator[str]:
    yield f"{edition.title}, from {edition.start}. {edition.cite}."
    if edition.laid_over:
        yield edition.laid_over.words
    yield "LAID"
    yield from (line for clause in edition.clauses for line in _clause(clause))
    for reason in ("no value", "professional judgement"):
        for row in edition.left_out(reason):
            yield f"NOT LAID ({reason})  {row.about}: {row.why}. {row.citation}"
    for clause in edition.described:
        yield f"ONLY DESCRIBED: {clause.described}"
        yield from _clause(clause)
    for unseen in edition.not_auditable:
        yield f"NOT AUDITABLE  {unseen.says} {unseen.why}"


def _clause(clause: Clause) -> Iterator[str]:
    yield f"  {clause.id}: {clause.says}"
    for value in clause.values:
        yield f"      {value.text} ({MARKS[value.sure]}) {value.citation}"


def _document(edition: Edition) -> dict[str, Any]:
    return {
        "edition": edition.id,
        "title": edition.title,
        "start": edition.start.isoformat(),
        "end": edition.end and edition.end.isoformat(),
        "sure": edition.sure,
        "laid": [_of_clause(clause) for clause in edition.clauses],
        "not_laid": [
            {"about": r.about, "reason": r.reason, "why": r.why, "citation": r.citation} for r in edition.not_laid
        ],
        "described": [{**_of_clause(clause), "described": clause.described} for clause in edition.described],
        "not_auditable": [{"says": r.says, "why": r.why, "sure": r.sure} for r in edition.not_auditable],
    }


def _of_clause(clause: Clause) -> dict[str, Any]:
    values = [{"value": v.text, "citation": v.citation, "sure": v.sure, "remark": v.remark} for v in clause.values]
    return {
        "clause": clause.id,
        "from": clause.start and clause.start.isoformat(),
        "says": clause.says,
        "values": values,
    }


COMMANDS = [standards]
