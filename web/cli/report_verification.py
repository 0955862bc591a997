"""What ``caseaudit verify`` prints of files: reports that were published, and what the record keeps under digests."""

from contextlib import suppress
from pathlib import Path

import click

from domain.proof.signed_notes import NotAKey, read_keys
from domain.store.attaching import damaged_attachments
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import damaged_files, damaged_texts
from web.cli import command_log

MOST_PRINTED = 200
"""The most differences that are printed of one file. The others are counted."""


def differs(book: CaseRepository, path: Path, database: str) -> bool:
    """Whether a file is no report that this record gives. Prints what was found; the cases named go on the access log first."""
    from web.inspections.report_proof import NotAReport, verify_report

    try:
        proof = verify_report(book, path)
    except NotAReport as error:
        hint = f": it is a public key; give it with --key {path}" if _is_key(path) else ""
        raise click.UsageError(f"{error}{hint}") from error
    lines = [f"{path.name}: {words}" for words in proof.said]
    if proof.fields or proof.differs:
        lines.append(
            f"{path.name}: {'differs' if proof.differs else 'every figure is reproduced, and every other field'}"
        )
    lines += [f"  {words}" for words in proof.differs[:MOST_PRINTED]]
    if len(proof.differs) > MOST_PRINTED:
        lines.append(f"  ... and {len(proof.differs) - MOST_PRINTED:,} more")
    command_log.said(database, lines)
    return bool(proof.differs)


def _is_key(path: Path) -> bool:
    with suppress(OSError, UnicodeDecodeError, NotAKey):
        return bool(read_keys(path.read_text(encoding="utf-8")))
    return False


def damaged(book: CaseRepository) -> bool:
    """Whether a published or attached file, or a text of policy, is not what this record kept. Prints which."""
    found = [*damaged_files(book), *damaged_attachments(book.files), *damaged_texts(book)]
    for words in found:
        click.echo(words, err=True)
    return bool(found)
