"""What ``caseaudit verify FILE`` says of a backup or a file of keys, also where it lies on a medium that cannot be written."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click

from domain.backup.backup_file import DamagedBackup, Kept, NotABackup, check_whole, is_sqlite, kind_of
from domain.backup.keys_back import WrongKeys, check_fits
from domain.calendar.london_time import day_of
from domain.store.application import Files
from domain.store.database import NotPrepared
from domain.store.hash_chain import BrokenChain
from domain.store.log_reader import LogReader
from domain.store.record_state import restoring
from web.cli.progress_bars import progress_of
from web.presentation.formatting import count_noun
from web.site import system_clock

OLDER = (
    "It was made by an older version ({}), whose tables lack what the proof of this one reads: rehearse it, which proves it as "
    "well: caseaudit restore {} --rehearse"
)


def is_backup(path: Path) -> bool:
    """Whether a file is a backup, a file of keys, or any SQLite file, whole or not: no report that was published."""
    return is_sqlite(path) or kind_of(path) is not None


def verify_backups(paths: list[Path], prove: Callable[[Files, str], None]) -> None:
    """Check backups and files of keys, and print what was found. A click exception where one is damaged, is none, or does not fit.

    ``prove``: proves the record in a backup.
    """
    keys = [_whole(path, "keys") for path in paths if kind_of(path) == "keys"]
    for path in paths:
        if kind_of(path) != "keys":
            _verify(_whole(path, "backup"), keys, prove)


def _verify(backup: Kept, keys: list[Kept], prove: Callable[[Files, str], None]) -> None:
    today = day_of(system_clock.now())
    try:
        check_fits(backup.manifest, None, today)
        for one in keys:
            check_fits(backup.manifest, one.manifest, today)
            click.echo(f"The keys in {one.path} go with the backup {backup.path}.")
        with restoring(), closing(Files.open(backup.address)) as files:
            prove(files, backup.address)
            _check_end(backup, files)
    except WrongKeys as error:
        raise click.UsageError(str(error)) from error
    except NotPrepared as error:
        if "older" in str(error):
            raise click.ClickException(OLDER.format(backup.manifest.program, backup.path)) from error
        raise click.UsageError(str(error)) from error
    except BrokenChain as error:
        raise click.ClickException(f"{backup.path}: broken: {error}") from error
    if backup.manifest.persons and not keys:
        click.echo("The keys of persons are in another file: give it too, to see whether it goes with this backup.")


def _check_end(backup: Kept, files: Files) -> None:
    head, said = LogReader(files.recorder).head(), backup.manifest.entries
    if (head.frontier.size, head.frontier.root.hex(), head.position) != (said.leaves, said.root, said.position):
        raise BrokenChain("the entries end otherwise than the manifest says")


def _whole(path: Path, kind: str) -> Kept:
    """The file, once each of its bytes is what was written; prints what it is."""
    try:
        with progress_of(path.stat().st_size, "Reading") as bar:
            found = check_whole(
                path, "keys" if kind == "keys" else "backup", lambda at: bar.update(bar.task_ids[0], completed=at)
            )
    except NotABackup as error:
        raise click.UsageError(str(error)) from error
    except DamagedBackup as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror or error}") from error
    said = found.manifest
    what = (
        f"{count_noun(said.entries.leaves, 'entry', 'entries')} of {said.origin}"
        if kind == "backup"
        else f"the keys of {count_noun(said.persons, 'person')} of {said.origin}, to be destroyed by {said.until}"
    )
    click.echo(
        f"{path.name} is whole, as caseaudit {said.program} made it on {said.made_at:%Y-%m-%d %H:%M} UTC: {what}"
    )
    click.echo(f"SHA-256 {found.digest}")
    return found
