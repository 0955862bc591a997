"""What an account made at the shell names and the record does not know: it stands so, and may be mistyped."""

from collections.abc import Iterable
from contextlib import closing

import click

from domain.accounts.roles import Account, Level
from domain.store.sources import registered_sources
from projections.lists.known_names import UnknownName, nowhere, offered, require
from web.cli import command_options

MOST_BEHIND = 20_000
"""Entries that are taken into the views for this, at most. Where there are more to take in, places are not looked up."""


def warn_of_unknown(database: str, account: Account) -> None:
    """Say which places, staff keys and source of an account nothing on record has, each with names near it."""
    for said in (*_places(database, account), *_source(database, account)):
        click.echo(f"Warning: {said} The account has it as it was written; change it where it is mistyped.", err=True)


def _places(database: str, account: Account) -> Iterable[str]:
    level: Level | None = "area" if account.inspects else account.level
    named = account.staff if account.holds_cases else account.places
    if level is None or not named:
        return
    known = _held_by(database, level)
    for name in named if known else ():
        try:
            require(nowhere(level, name), name, known)
        except UnknownName as error:
            yield str(error)


def _held_by(database: str, level: Level) -> set[str]:
    """The keys at a level of all that ever held a case; none where the columns are not made, or far behind."""
    from web.cli.command_columns import columns_of
    from web.cli.command_read_model import current_read_model, open_read_model

    with closing(open_read_model(database)) as views:
        if views.lag().entries > MOST_BEHIND:
            return set()
    try:
        with closing(current_read_model(database)) as views:
            return {place.key(level) for place in columns_of(views).words["place"].values}
    except click.ClickException:
        return set()


def _source(database: str, account: Account) -> Iterable[str]:
    if account.source is None:
        return
    with closing(command_options.open_files(database)) as files:
        known = {one.name for one in registered_sources(files)}
    if account.source not in known:
        yield f"No source called {account.source} is registered. {offered(account.source, known)}"
