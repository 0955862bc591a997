"""The command ``verify``: prove that every stored entry is what was stored, as far as what is known from outside allows."""

import sys
from base64 import b64encode
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import click

from domain.accounts.access_log import AccessLog
from domain.accounts.access_tables import LOST, is_lost
from domain.accounts.account_register import AccountRegister
from domain.accounts.kept_accounts import KeptAccounts
from domain.calendar.london_time import day_of
from domain.entries.record_entries import BRANCHES, RecordBranched
from domain.entries.register_entries import TreeMade
from domain.proof.checkpoints import log_origin
from domain.proof.signed_notes import NotAKey, VerifierKey, read_keys
from domain.store.application import Files
from domain.store.damage import check_pages
from domain.store.database import log_database
from domain.store.earlier_hashes import earlier_fit
from domain.store.engines import engine_of
from domain.store.hash_chain import BrokenChain
from domain.store.head_check import (
    Kept,
    NotOfThisRecord,
    check_head,
    check_signatures,
    known_by,
    read_kept,
    trusted_keys,
)
from domain.store.log_check import Known, check_log
from domain.store.log_head import LogHead
from domain.store.log_reader import LogReader, stored_by
from domain.store.preparation import TREE_FILE, late_differing, seals
from domain.store.record_keys import unsigned_words
from domain.store.stored_by import DEMONSTRATION, StoredBy, is_own_doing
from domain.store.table_steps import REGISTER
from projections.cases.case_repository import CaseRepository
from web.cli import command_options
from web.cli.progress_bars import progress_of
from web.cli.report_verification import damaged, differs
from web.cli.verify_access import prove_access
from web.cli.verify_backup import is_backup, verify_backups
from web.cli.verify_draws import prove_draws
from web.presentation.formatting import count_noun, long_date

OURS = ("import", DEMONSTRATION)
"""Who stored entries in older versions, where nobody was named."""

ALONE = "consistent with itself; whoever can write this database could have rewritten all of it"
SIGNED = "signed with a key outside the database; only who holds it could have rewritten it, or put an older copy back"
KEPT = "nothing older than the checkpoint was changed, removed or inserted; what came after it is only consistent with itself"
SINCE = (
    "what was stored after the checkpoint fits it and is consistent with itself; rows from before it were not read, so that "
    "a change among them does not show: for that, run it without --since"
)
BOTH = (
    "nothing older than the checkpoint was changed, removed or inserted, and only who holds the key could have added what came "
    "after it"
)
"""What a proof shows, by what is known from outside: nothing, a key, a checkpoint, both (see docs/security.md)."""


class Outside(NamedTuple):
    """What is known from outside the record. ``since``: the checkpoint before which rows are not read again."""

    key: VerifierKey | None
    kept: Sequence[Kept]
    since: Known | None


@click.command()
@click.argument(
    "reports", nargs=-1, metavar="[REPORT]...", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--checkpoint", "checkpoints", multiple=True, type=click.Path(exists=True, path_type=Path), metavar="FILE",
              help="A checkpoint kept elsewhere, or the folder of a witness.")  # fmt: skip
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="The record's public key, kept elsewhere. It is never taken from the database.")  # fmt: skip
@click.option("--since", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="A checkpoint proved before: read only the rows stored after it.")  # fmt: skip
@command_options.database
def verify(
    reports: tuple[Path, ...], checkpoints: tuple[Path, ...], key: Path | None, since: Path | None, database: str
) -> None:
    """Prove that every stored entry is what was stored, and say what that shows.

    With backups (and their files of keys) it checks these, also where they cannot be written to, and not the record.

    Without anything kept elsewhere it shows only that the record is consistent with itself. With published files of inspection
    reports (JSON, CSV, PDF): also that these are the files that were published, and that the record gives what they say.
    Exit code 1 where something differs.
    """
    if backups := [path for path in reports if is_backup(path)]:
        if len(backups) < len(reports):
            raise click.UsageError(
                "give backups and published reports to two calls: a report is held against a database"
            )
        verify_backups(backups, lambda files, address: _prove_backup(files, address, checkpoints, key, since))
        return
    with closing(command_options.open_files(database)) as files:
        try:
            outside = _outside(files, checkpoints, key, since)
            _prove(files, outside, database)
        except NotOfThisRecord as error:
            raise click.UsageError(str(error)) from error
        except BrokenChain as error:
            click.echo(f"broken: {error}", err=True)
            sys.exit(1)
        book = CaseRepository(files)
        wrong = [*(path for path in reports if differs(book, path, database)), *([book] if damaged(book) else [])]
    sys.exit(1 if wrong else 0)


def _prove_backup(
    files: Files, address: str, checkpoints: Sequence[Path], key: Path | None, since: Path | None
) -> None:
    """Prove the record in a backup as any other. ``BrokenChain``."""
    try:
        _prove(files, _outside(files, checkpoints, key, since), address)
    except NotOfThisRecord as error:
        raise click.UsageError(str(error)) from error
    if damaged(CaseRepository(files)):
        raise BrokenChain("files or texts that it keeps are not what they were; which, stands above")


def _outside(files: Files, checkpoints: Sequence[Path], key: Path | None, since: Path | None) -> Outside:
    record = LogReader(files.recorder).head().origin
    given = None if key is None else _key_of(key, record)
    kept = [one for path in (*checkpoints, *([since] if since else [])) for one in read_kept(path, record)]
    return Outside(given, kept, None if since is None else _begins(since, record))


def _begins(since: Path, record: str) -> Known:
    """The checkpoint of the entries from which on rows are read."""
    known = known_by(read_kept(since, record), "entries")
    if not known:
        raise click.UsageError(f"--since: {since}: it is a checkpoint of the access log; give one of the entries")
    return known[0]


def _key_of(path: Path, record: str) -> VerifierKey:
    """The key of the log of entries in a file. ``NotOfThisRecord``; a usage error where there is no key in it."""
    try:
        found = read_keys(path.read_text(encoding="utf-8"))
    except (NotAKey, UnicodeDecodeError) as error:
        raise click.UsageError(f"--key: {path}: {error}") from error
    for key in found:
        if key.name == log_origin(record, "entries"):
            return key
    raise NotOfThisRecord(f"--key: {path}: the key is of {found[0].name}, and this record is {record}")


def _prove(files: Files, outside: Outside, database: str) -> None:
    """Check the record and print what that shows; ``BrokenChain`` at the first fault."""
    if outside.since is None and not files.database.read_only:
        check_pages(files.database)
        log_file = log_database(files.database)
        if is_lost(files.database):
            raise BrokenChain(LOST.format(log_file))
        check_pages(log_file)
    log = LogReader(files.recorder)
    head = log.head()
    size = head.frontier.size
    read = size - (outside.since.size if outside.since else 0)
    with progress_of(size, "Verifying") as bar:
        position, before = 0, outside.since.size if outside.since else 0
        for position in check_log(files.recorder, known_by(outside.kept, "entries"), outside.since):
            bar.update(bar.task_ids[0], completed=min(size, before + position))
    keys = trusted_keys(files, outside.key)
    if outside.key is not None:
        check_signatures(outside.kept, keys)
    if keys:
        check_head(head, keys)
    if guards := log.missing_guards():
        raise BrokenChain(
            f"the triggers that refuse changes are missing or switched off: {', '.join(guards)}. `caseaudit migrate` puts them "
            "back; what was changed meanwhile, only a checkpoint from before shows for certain"
        )
    if outside.since is None and (files_differ := late_differing(files.recorder)):
        raise BrokenChain(
            f"the marks of entries stored late differ in {count_noun(len(files_differ), 'file')} from what follows from the "
            "entries, which are as they were: somebody changed stored_late. `caseaudit migrate` makes it anew"
        )
    click.echo(
        f"{count_noun(max(read, 0), 'entry', 'entries')} verified; the root is {b64encode(head.frontier.root).decode()}"
    )
    with closing(AccessLog(command_options.database_at(database))) as access:
        prove_access(access, head.origin, known_by(outside.kept, "access"), keys)
    _check_accounts(files, database)
    if not earlier_fit(files):
        raise BrokenChain(
            "the list of hashes from before this record was sealed is not the one that its first entry names"
        )
    prove_draws(files)
    _say_what_it_lacks(files)
    _say_what_it_shows(files, head, outside, keys)


def _check_accounts(files: Files, database: str) -> None:
    """Hold the accounts against the log, and name those who stored entries and have none. ``BrokenChain``."""
    of_backup = files.database.read_only
    if of_backup and _has_older_accounts(files):
        click.echo("The accounts in it are of an older version: a restore brings them up and proves them (--rehearse).")
        return
    with closing(
        KeptAccounts(engine_of(files.database), database) if of_backup else AccountRegister(database)
    ) as register:
        if different := register.differences():
            raise BrokenChain("; ".join(f"account {name}: {fault}" for name, fault in different.items()))
        known = {account.username for account in register.accounts()}
    for one in stored_by(files.recorder):
        who = StoredBy.read(one.actor)
        if not who.operator and who.account not in known and who.account not in OURS and not is_own_doing(who.account):
            click.echo(
                f"'{one.actor}' has no account here and stored {count_noun(one.entries, 'entry', 'entries')}, the first at "
                f"position {one.first}"
            )


def _has_older_accounts(files: Files) -> bool:
    """Whether the tables of accounts lack steps of this version."""
    engine = engine_of(files.database)
    try:
        with engine.connect() as c:
            return REGISTER.reached(c) != REGISTER.newest
    finally:
        engine.dispose()


def _say_what_it_lacks(files: Files) -> None:
    """What a record that an older version began does not have."""
    for fact in files.entered(TREE_FILE):
        if isinstance(fact, TreeMade):
            click.echo(
                f"the tree was made on {long_date(day_of(fact.at))} of {count_noun(fact.entries, 'entry', 'entries')} of an older "
                "version: of these it shows only what they were then"
            )
    if not seals(files.recorder):
        click.echo("names, dates of birth and notes stand in it in the clear: an older version began it")


def _say_what_it_shows(files: Files, head: LogHead, outside: Outside, keys: Sequence[VerifierKey]) -> None:
    if head.clock_back:
        click.echo(f"the clock was set back: {head.clock_back}")
    for fact in files.entered(BRANCHES):
        if isinstance(fact, RecordBranched):
            click.echo(
                f"up to number {fact.leaves:,} it is the record {fact.branched_from}, from which it branched on "
                f"{long_date(day_of(fact.at))}: {fact.reason}"
            )
    for words in unsigned_words(files):
        click.echo(words)
    for one in outside.kept if outside.since is None else ():
        click.echo(f"{one.file}: the first {one.checkpoint.size:,} leaves of {one.checkpoint.origin} are as they were")
    if keys and outside.key is None:
        click.echo(
            f"the head is signed by the key {keys[-1].key_id.hex()}, which the record itself names: give the one that was kept "
            "elsewhere with --key"
        )
    if outside.since is not None:
        click.echo(f"This shows: {SINCE}.")
        return
    shown = {(False, False): ALONE, (True, False): SIGNED, (False, True): KEPT, (True, True): BOTH}
    click.echo(f"This shows: {shown[outside.key is not None, bool(known_by(outside.kept, 'entries'))]}.")


COMMANDS = [verify]
