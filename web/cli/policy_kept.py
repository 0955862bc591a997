"""The command ``policy kept``: the texts of policy that a record keeps for its frozen inspections, and one of them."""

import json
from contextlib import closing
from typing import Any

import click

from domain.policy.frameworks.kept_framework import apart_from_force
from domain.policy.kept_texts import KeptText, digest_of_text
from projections.cases.case_repository import CaseRepository
from web.cli import command_options


@click.command()
@click.argument("digest", required=False)
@command_options.form("text", "json")
@command_options.database
def kept(digest: str | None, form: str, database: str) -> None:
    """The texts of policy by which frozen inspections are scored, each with its SHA-256 and the inspections that rest on it.

    With a DIGEST, or the beginning of one, that text itself, byte for byte.
    """
    with closing(command_options.open_files(database)) as files:
        found = _kept(CaseRepository(files))
    if digest is not None:
        click.echo(_one(found, digest), nl=False)
    elif form == "json":
        click.echo(json.dumps([_document(*one) for one in found.values()], indent=2, ensure_ascii=False))
    else:
        for text, superseded, inspections in found.values():
            now = "not in force" if superseded else "in force"
            click.echo(f"{text.digest}  {text.words}, {now}: {', '.join(inspections)}")
        if not found:
            click.echo("no text of policy is kept: no inspection was frozen by this version", err=True)


Kept = tuple[KeptText, bool, list[str]]
"""A text, whether it is not in force, and the inspections that rest on it."""


def _kept(book: CaseRepository) -> dict[str, Kept]:
    """Digest -> the text, in the order of kinds and ids."""
    found: dict[str, Kept] = {}
    for name, opened in book.inspections.items():
        texts = book.inspection(name).policy.frozen
        if texts is None:
            continue
        superseded = {one.digest for one in apart_from_force(texts, opened.framework)[0]}
        for one in texts.texts:
            found.setdefault(one.digest, (one, one.digest in superseded, []))[2].append(name)
    return dict(sorted(found.items(), key=lambda item: (item[1][0].kind, item[1][0].id, item[0])))


def _document(text: KeptText, superseded: bool, inspections: list[str]) -> dict[str, Any]:
    return {
        "kind": text.kind, "id": text.id, "sha256": text.digest, "in_force": not superseded, "inspections": inspections,
        "laid_over": text.laid_over.words if text.laid_over else None,
    }  # fmt: skip


def _one(found: dict[str, Kept], digest: str) -> str:
    meant = [text for name, (text, *_) in found.items() if name.startswith(digest)]
    if len(meant) != 1:
        raise click.UsageError(
            f"{len(meant) or 'no'} texts are kept under a digest that begins with {digest}: see caseaudit policy kept"
        )
    if digest_of_text(meant[0].text) != meant[0].digest:
        raise click.ClickException(f"{meant[0].name} has not the SHA-256 {meant[0].digest}; run caseaudit verify")
    return meant[0].text
