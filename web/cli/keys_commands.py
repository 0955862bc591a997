"""The command ``keys``: the key that signs the heads of the record, made, shown, followed, replaced; the keys of persons, moved."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import click
import msgspec

from domain.accounts.access_growth import AccessTree
from domain.accounts.access_lines import OPERATOR
from domain.accounts.access_log import AccessLog
from domain.accounts.account_register import AccountRegister
from domain.accounts.confirming import confirmers
from domain.accounts.requests import LIFE, Request
from domain.backup.backup_file import AlreadyThere, DamagedBackup, NotABackup, check_whole
from domain.backup.keys_back import WrongKeys, put_back
from domain.calendar.london_time import day_of
from domain.entries.signing_entries import SigningKeySet
from domain.proof.checkpoints import log_origin, record_id
from domain.proof.key_succession import key_set
from domain.proof.signed_notes import VerifierKey
from domain.proof.signing_key import Signer, key_path, make_signing_key, read_signing_key
from domain.proof.witness import NotHeard
from domain.store.application import Files
from domain.store.hash_chain import BrokenChain
from domain.store.key_store import IN_FILE as KEY_STORE
from domain.store.key_store import MissingKeys, NotMoved, move_keys, store_path
from domain.store.person_keys import PersonKeys
from domain.store.record_keys import KeyChanged, key_entries, record_name, set_key, signing_state
from web.cli import command_log, command_options
from web.presentation.formatting import short_date
from web.site import system_clock

KEEP = (
    "These lines check what the key signs. Keep them elsewhere than the database, and give them to whoever checks this record "
    "and to its witness: caseaudit keys show > FILE"
)

KEEP_STORE = (
    "Copy the store by itself, often, and each copy for no longer than an erased person's keys may last. It must not lie in the "
    "backups of the database. Whoever loses it, or the outside key, loses every name and text. Backups of the database from "
    "before this still hold the keys: they must go."
)

WAITS = "A second person must confirm it within {} days on the page Requests; until then heads are unsigned. Its public key: {}"


@click.group()
def keys() -> None:
    """The key that signs the heads of the record, and the keys of persons: make, show, rotate, replace; move."""


@keys.command()
@command_options.database
def make(database: str) -> None:
    """Make the signing key, outside the database, and enter it into the record.

    It is kept in the file that CASEAUDIT_SIGNING_KEY_FILE names, else in your data folder. A key that is there already is taken.
    """
    with _opened(database) as files:
        record, state = record_name(files), signing_state(files)
        if state.named is not None:
            raise click.UsageError("the record has a signing key; caseaudit keys rotate sets another")
        path = key_path(record)
        if path.exists() or path.is_symlink():
            key = read_signing_key(path)
        else:
            key, path = make_signing_key(record)
        set_key(files, key_set(system_clock.now(), record, key), actor=_actor("keys make"))
        _sign_access(files, database)
        click.echo(f"The signing key is in {path}. Keep a copy of that file where nobody else reads it.", err=True)
        _print(files)


@keys.command()
@command_options.database
def show(database: str) -> None:
    """Print the public keys that check the record's logs, in the form of C2SP, and which came before."""
    with _opened(database) as files:
        if signing_state(files).named is None:
            raise click.UsageError("the record has no signing key yet: caseaudit keys make")
        _print(files)


@keys.command()
@command_options.database
def rotate(database: str) -> None:
    """Make another key, and enter it into the record, signed by both."""
    with _opened(database) as files:
        record, old = record_name(files), _signer(files)
        key, _ = make_signing_key(record)
        set_key(files, key_set(system_clock.now(), record, key, old.key), actor=_actor("keys rotate"))
        _sign_access(files, database)
        click.echo("Another key signs from here on; what the key before signed stays as good as it was.", err=True)
        _print(files)


@keys.command()
@click.option("--reason", required=True, metavar="TEXT", help="How the key was lost; the record keeps it for good.")
@command_options.database
def replace(reason: str, database: str) -> None:
    """Ask for another key in place of one that was lost. A second person confirms it on the page Requests.

    The record says for good that the key was lost. Where no account could confirm it, it holds at once and is marked as done alone.
    """
    with (
        _opened(database) as files,
        closing(AccountRegister(command_options.database_at(database).address)) as register,
    ):
        record, state = record_name(files), signing_state(files)
        if state.named is None:
            raise click.UsageError("the record has no signing key yet: caseaudit keys make")
        if state.signer is not None:
            raise click.UsageError("the signing key is there; caseaudit keys rotate sets another, signed by both")
        now = system_clock.now()
        if any(one.kind == "signing key replaced" and not one.alone for one in register.requests.still_open(now)):
            raise click.UsageError("this was asked for already, and waits on the page Requests for a second person")
        key, path = make_signing_key(record)
        fact = key_set(now, record, key, state.named, reason, command_log.who_runs_it())
        change = {"entry": msgspec.to_builtins(fact)}
        meant = Request(
            0, "signing key replaced", record_id(record), change, reason, OPERATOR.username, now, alone=False
        )
        alone = not confirmers(meant, register.accounts(), register.requests.every(), day_of(now))
        if alone:
            set_key(files, fact, actor=_actor("keys replace"))
            _sign_access(files, database)
        register.requests.ask(meant.kind, meant.subject, change, reason=reason, by=meant.asked_by, at=now, alone=alone)
        register.log.add(now, OPERATOR, "asked", detail=f"signing key replaced{' (alone)' if alone else ''}")
        click.echo(f"The new key is in {path}.", err=True)
        if alone:
            click.echo("No account can confirm it: it holds at once, and is marked as done alone.", err=True)
            _print(files)
        else:
            click.echo(WAITS.format(LIFE.days, key.verifier(log_origin(record, "entries"))), err=True)


def _sign_access(files: Files, database: str) -> None:
    """Sign the head of the access log with the key that was set, so that it need not wait for its next line."""
    with closing(AccessLog(command_options.database_at(database))) as access, suppress(BrokenChain, NotHeard):
        AccessTree(access, files).note()


@keys.command()
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="The file of the store. Default: CASEAUDIT_KEY_STORE, else in your data folder.")  # fmt: skip
@command_options.database
def move(path: Path | None, database: str) -> None:
    """Move the keys of persons out of the record into a store of their own, under the outside key.

    From then on whoever has the database alone reads no name, date of birth or text. Stop the site and imports first; start them
    again with CASEAUDIT_KEY_STORE, where the store is not at its usual place. It may be cut off and run again.
    """
    at = command_options.database_at(database)
    with _opened(database) as files, closing(AccountRegister(at.address)) as register:
        _ = (
            register.key
        )  # gives the record the id by which its outside key is found, where nothing has asked for it yet
        try:
            moved = move_keys(files, path, actor=_actor("keys move"))
        except NotMoved as error:
            raise click.ClickException(str(error)) from error
        target = path or store_path(files)
        click.echo(f"{moved} keys are in {target}, under the outside key; none is left in the record.")
        click.echo(KEEP_STORE, err=True)
        if at.kind == "postgresql":
            click.echo(
                "Run as the owner of the tables, to overwrite the old rows: VACUUM FULL person_keys, text_keys",
                err=True,
            )
        if target != store_path(files):
            click.echo(
                f"From now on set {KEY_STORE}={target} for every process: without it texts read [sealed].", err=True
            )


@keys.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command_options.database
def restore(path: Path, database: str) -> None:
    """Put the keys of persons back, from the file that `caseaudit backup --keys` made, where a restore was done without them.

    On PostgreSQL as the owner of the tables. Whoever was erased since stays erased.
    """
    at = command_options.database_at(database)
    with _opened(database) as files, closing(AccountRegister(at.address)) as register:
        if not isinstance(files.keys, MissingKeys):
            raise click.UsageError("the keys of persons are here: nothing is put over them")
        try:
            put = put_back(files, register, check_whole(path, "keys"), day_of(system_clock.now()))
        except (NotABackup, WrongKeys, AlreadyThere) as error:
            raise click.UsageError(str(error)) from error
        except DamagedBackup as error:
            raise click.ClickException(str(error)) from error
        found: PersonKeys = vars(files).get("keys") or files.keys
        if isinstance(found, MissingKeys):
            raise click.ClickException(f"The keys are in their place, and cannot be used: {found.fault}")
        for crn in files.erased_again:
            register.forget(crn)
        click.echo(f"The keys of {put} persons are put back.")


@contextmanager
def _opened(database: str) -> Iterator[Files]:
    with closing(command_options.open_files(database)) as files:
        try:
            yield files
        except KeyChanged as error:
            raise click.ClickException(str(error)) from error


def _signer(files: Files) -> Signer:
    """The signer of the record's key; a usage error where it is not there."""
    state = signing_state(files)
    if state.named is None:
        raise click.UsageError("the record has no signing key yet: caseaudit keys make")
    if state.signer is None:
        raise click.UsageError(f"{state.fault}; put the key back, or where it is lost: caseaudit keys replace")
    return state.signer


def _print(files: Files) -> None:
    """The public keys of both logs, and as comments which keys there were."""
    entries = key_entries(files)
    for fact in entries:
        key_id = VerifierKey.read(fact.vkey).key_id.hex()
        click.echo(f"# from {short_date(day_of(fact.at))} on: key {key_id}, {_how(fact)}")
    key = VerifierKey.read(entries[-1].vkey)
    click.echo(KEEP, err=True)
    click.echo(str(key))
    click.echo(str(VerifierKey(log_origin(record_name(files), "access"), key.public)))


def _how(fact: SigningKeySet) -> str:
    if not fact.before:
        return "made"
    if not fact.lost:
        return "signed by the one before"
    who = "two people" if fact.confirmed_by else "one person alone"
    return f"set by {who} after the one before was lost: {' '.join(fact.lost.split())}"


def _actor(command: str) -> str:
    """Who stores what a command enters."""
    return f"operator ({command_log.who_runs_it()}: {command})"


COMMANDS = [keys]
