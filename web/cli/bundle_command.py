"""The command ``bundle``: one case as it stood, in one file that others check without caseaudit."""

import json
import os
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from domain import __version__
from domain.policy.frameworks.framework import Framework
from domain.private_folder import OURS
from domain.proof.checkpoints import AnotherLog, Checkpoint, read_checkpoint
from domain.proof.signed_notes import NotANote, Note
from domain.proof.witness import Contradicted, check_before
from domain.store.application import Files
from domain.store.checkpointing import EntriesLog
from domain.store.hash_chain import BrokenChain
from domain.store.proved_entries import TooNew, proved_entries, proved_keys
from projections.cases.case_repository import CaseRepository
from projections.cases.shown_texts import shown_texts
from projections.cases.stored_late import StoredLate
from projections.history.moment import Moment
from projections.inspections.sample_scores import inspection_moment, sample_readings, score_readings
from projections.scoring.management_ladder import criterion_rungs
from projections.scoring.score_bands import section_bands
from web.cli import command_log, command_options
from web.presentation.formatting import count_noun
from web.presentation.json_documents import case_document, score_document, stored_late_document
from web.site import system_clock

FORMAT = "caseaudit bundle 1"
"""The form of the file: see ``docs/bundle.md``."""


@click.command()
@click.argument("reference", metavar="CASE")
@command_options.moment
@command_options.received
@command_options.inspection
@command_options.framework
@click.option(
    "--checkpoint",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Prove the entries up to this checkpoint, such as one that a witness keeps. Default: one made now.",
)
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="The file to write; it must not be there yet.")  # fmt: skip
@command_options.database
def bundle(
    reference: str, as_at: date | None, known_at: Any, received: bool, inspection: str | None, framework: str | None,
    kept: Path | None, output: Path, database: str,
) -> None:  # fmt: skip
    """Write one case as it stood at a moment to a file that others check without caseaudit.

    It holds the entries as they are stored, proofs that they are in the record, the answers and duties as shown, and with
    --inspection its scoring sheet. What it proves: tools/check_bundle.py, docs/bundle.md.
    """
    with closing(command_options.open_files(database)) as files:
        book = CaseRepository(files)
        command_options.check_inspection(book, inspection)
        if book.file(reference).first_entry is None:
            raise click.UsageError(f"there is no case {reference}")
        command_options.require_keys(files)
        moment = _moment(book, as_at, known_at, inspection, received=received)
        if book.history(reference, moment.known_at, received=moment.received).started is None:
            raise click.UsageError(f"{reference}: this service held nothing of the file then, or nothing was on it")
        command_log.shows(database, [reference], action="downloaded")
        try:
            made = _bundle(book, reference, moment, inspection, framework, kept)
        except TooNew as error:
            raise click.UsageError(f"--checkpoint: {error}") from error
        except (BrokenChain, LookupError) as error:
            raise click.ClickException(f"the log of entries is broken; run caseaudit verify ({error})") from error
    _write(output, made)
    signed = "signed" if "\n\n" in made["checkpoint"] else "unsigned: make a key with caseaudit keys make"
    click.echo(
        f"{count_noun(len(made['entries']), 'entry', 'entries')} in {output}, proved up to a checkpoint, {signed}",
        err=True,
    )


def _moment(
    book: CaseRepository, as_at: date | None, known_at: Any, inspection: str | None, *, received: bool
) -> Moment:
    if inspection is not None and as_at is None and known_at is None:
        return replace(inspection_moment(book.inspections[inspection]), received=received)
    return command_options.read_moment(as_at, known_at, received=received)


def _bundle(
    book: CaseRepository, case: str, moment: Moment, inspection: str | None, framework: str | None, kept: Path | None
) -> dict[str, Any]:
    files: Files = book.files
    chosen = command_options.framework_of(book, inspection, framework)
    reading, used = book.read(case, moment, chosen, inspection, opened=True), book.used(case, moment, inspection)
    used |= _policy(book, inspection)
    shown, known = case_document(reading, book.stored(case)), book.file(case).entries
    texts = shown_texts(
        (fact for name, fact in known.items() if (case, name) in used), (fact["entry"] for fact in shown["facts"])
    )
    note = _note(EntriesLog(files), kept)  # after what it is to prove was read
    size = Checkpoint.read(note.text).size
    return {
        "format": FORMAT,
        "made_at": system_clock.now().isoformat(timespec="seconds"),
        "program": f"caseaudit {__version__}",
        "case": case,
        "checkpoint": str(note),
        "entries": [*proved_keys(files, size), *proved_entries(files, used, size, case, texts)],
        "shown": shown,
        "sheet": _sheet(book, moment, inspection, chosen) if inspection else None,
    }


def _policy(book: CaseRepository, inspection: str | None) -> set[tuple[str, str]]:
    """The entries that hold the texts of policy by which a frozen inspection is scored, and its freeze, which names them."""
    found = book.inspection(inspection) if inspection else None
    if inspection is None or found is None or found.frozen is None or not found.frozen.policy:
        return set()
    return {(inspection, name) for name in (*found.frozen.policy, found.frozen.entry)}


def _note(log: EntriesLog, kept: Path | None) -> Note:
    """The checkpoint in a file, where it is one of this log as it is; else the newest."""
    if kept is None:
        return log.note()
    try:
        checkpoint, note = read_checkpoint(kept.read_text(encoding="utf-8"))
        newest = Checkpoint.read(log.note().text)
        checkpoint.check_origin(newest.origin)
        check_before(checkpoint, newest, log, str(kept))
    except (NotANote, UnicodeDecodeError, AnotherLog, Contradicted) as error:
        raise click.UsageError(f"--checkpoint: {kept}: {error}") from error
    return note


def _sheet(book: CaseRepository, moment: Moment, inspection: str, framework: Framework) -> dict[str, Any]:
    """The scoring sheet of an inspection, as ``score --inspection`` gives it."""
    found = book.inspection(inspection)
    scored = score_readings(framework, moment, sample_readings(book, inspection, moment, framework))
    rungs = criterion_rungs(found) if framework.id == found.framework.id else []
    late = StoredLate.of(book, inspection, scored.readings, moment)
    bands = section_bands(found, scored.score)
    return {**score_document(scored, inspection, rungs, bands), "stored_late": stored_late_document(late)}


def _write(output: Path, made: dict[str, Any]) -> None:
    """Write a file that is not there yet, for its user alone."""
    try:
        opened = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OURS)
    except OSError as error:
        raise click.UsageError(f"--output: {output} cannot be made ({error.strerror})") from error
    with os.fdopen(opened, "w", encoding="utf-8") as stream:
        json.dump(made, stream, ensure_ascii=False, indent=1)
        stream.write("\n")


COMMANDS = [bundle]
