"""The command ``backup``: one moment of a record in a new file, while others write; the keys of persons in another."""

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import click

from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountRegister
from domain.backup.backup_file import AlreadyThere
from domain.backup.taking import NoKeys, Taken, take
from domain.calendar.london_time import day_of
from domain.store.damage import database_words
from domain.store.hash_chain import BrokenChain
from domain.store.witnessed import Witnessed
from web.cli import command_log, command_options
from web.presentation.formatting import count_noun, long_date
from web.site import system_clock

KEYS_LAST = timedelta(days=31)
"""How long a file of keys may be kept, unless another day is given."""

LONGEST = timedelta(days=366)

NO_KEYS = (
    "Warning: the keys of persons are in no file. From this backup alone every name, date of birth and note reads [sealed] for "
    "good: give --keys FILE, and keep that file elsewhere."
)
OWN_STORE = "Warning: the keys of persons are in a store of their own, not in this backup. Copy it by itself, or give --keys FILE."
TOGETHER = (
    "Warning: the keys lie in the same folder as the backup. Whoever gets both reads every name: keep them apart."
)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), metavar="FILE",
              help="Also write the keys of persons, into this new file. Without them names read [sealed].")  # fmt: skip
@click.option("--keys-until", "until", type=command_options.Day(), metavar="DAY",
              help="The last day on which the keys may be used; then they must be destroyed. Default: in 31 days.")  # fmt: skip
@command_options.database
def backup(path: Path, keys: Path | None, until: date | None, database: str) -> None:
    """Write a backup of the record as it is at one moment into a new file, while others go on writing.

    It holds entries, both logs, accounts, requests, settings, working papers, published and attached files: all but who is signed
    in, calendar addresses and invitations, and lists, which follow from the entries. The keys of persons go to a file of their own
    with an end date, so that what is erased does not live on in old backups. FILE must not be there; nothing is written over.

    Do not use cp on a database that is in use: it tears entries apart, and leaves out what still lies in the file beside it (-wal).
    Check a backup with `caseaudit verify FILE`, and rehearse monthly: `caseaudit restore FILE --rehearse`. See docs/backup.md.
    """
    now = system_clock.now()
    last = _until(keys, until, day_of(now))
    at = command_options.database_at(database)
    with (
        closing(command_options.open_files(database)) as files,
        closing(AccountRegister(at.address)) as register,
        closing(Witnessed(at.address)),
    ):
        register.log.try_out()
        try:
            taken = take(files, path, now, keys, last)
        except (AlreadyThere, NoKeys) as error:
            raise click.UsageError(str(error)) from error
        except BrokenChain as error:
            raise click.ClickException(f"No backup was made: {at}: {error}") from error
        except OSError as error:
            raise click.ClickException(
                f"No backup was made: {error.filename or path}: {error.strerror or error}"
            ) from error
        except Exception as error:
            if (words := database_words(error, at)) is None:
                raise
            raise click.ClickException(f"No backup was made: {words}") from error
        detail = _detail(taken)
        register.log.add(now, OPERATOR, "backed up", route="backup", purpose="operation",
                         detail=f"{detail}; {command_log.who_runs_it()}")  # fmt: skip
    _say(taken)
    store = taken.backup.manifest.key_store
    if keys is None and store:
        click.echo(OWN_STORE, err=True)
    elif keys is None and taken.backup.manifest.persons:
        click.echo(NO_KEYS, err=True)
    elif keys is not None and keys.absolute().parent == path.absolute().parent:
        click.echo(TOGETHER, err=True)


def _until(keys: Path | None, until: date | None, today: date) -> date | None:
    """The last day of the file of keys; a usage error where it is over, or too far away."""
    if keys is None:
        if until is not None:
            raise click.UsageError("--keys-until is the last day of a file of keys: name one with --keys FILE")
        return None
    last = until or today + KEYS_LAST
    if not today <= last <= today + LONGEST:
        raise click.UsageError(
            f"--keys-until: {last} is {'over' if last < today else 'more than a year away'}; keys that are erased live on in the "
            "file until then: give a day within a year"
        )
    return last


def _detail(taken: Taken) -> str:
    said = taken.backup.manifest
    keys = "; keys missing" if taken.keys is None and said.persons and not said.key_store else ""
    if taken.keys is not None and taken.keys.manifest.until is not None:
        keys = f"; keys until {taken.keys.manifest.until}"
    return f"{said.entries.leaves} entries; SHA-256 {taken.backup.digest}{keys}"


def _say(taken: Taken) -> None:
    said = taken.backup.manifest
    click.echo(
        f"{taken.backup.path}: {count_noun(said.entries.leaves, 'entry', 'entries')} to position {said.entries.position:,}, "
        f"{count_noun(said.tables['access_lines'], 'line')} of the access log, {count_noun(said.tables['accounts'], 'account')}."
    )
    click.echo(f"SHA-256 {taken.backup.digest}")
    if taken.keys is not None and taken.keys.manifest.until is not None:
        last = long_date(taken.keys.manifest.until)
        click.echo(f"{taken.keys.path}: the keys of {count_noun(said.persons, 'person')}. Destroy it by {last}.")


COMMANDS = [backup]
