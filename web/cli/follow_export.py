"""``follow --parquet``: a folder of tables for analysts that the follower keeps up, on record and on the access log."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import click

from domain.accounts.access_lines import OPERATOR
from domain.accounts.access_log import AccessLog
from domain.accounts.account_register import AccountRegister
from domain.entries.export_entries import ExportMade, export_file
from domain.outside_key import NotSealed
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK
from domain.store.key_store import record_ids
from domain.store.stored_by import StoredBy
from projections.exports.export_facts import ExportFacts
from projections.exports.kept_up_folder import KeptUp, KeptUpFolder, NotOurFolder
from projections.exports.pseudonyms import new_key
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import ColumnKeeper
from projections.read_model.view_reader import ReadModel
from web.cli import command_log, command_options
from web.site import system_clock

PURPOSE = "export for analysts"
"""What the key of its digests is sealed for."""

TRY_AGAIN = 60.0
"""Seconds until a folder that could not be written is tried again."""


class FollowedExport:
    """Keeps one folder up, at most every so many seconds. ``say`` receives messages for the operator."""

    def __init__(self, folder: KeptUpFolder, every: float, say: Callable[[str], None]):
        self.folder, self.every, self.say = folder, every, say
        self._not_before, self._failed = 0.0, ""

    def tend(self) -> None:
        """Write what changed, where it is time. What hinders it is said once and tried again later; nothing is raised."""
        if time.monotonic() < self._not_before:
            return
        try:
            self.folder.refresh()
        except Exception as error:  # whatever it is: the follower goes on, and the folder stays as it was
            self._not_before = time.monotonic() + TRY_AGAIN
            if (why := f"{type(error).__name__}: {error}") != self._failed:
                self._failed = why
                self.say(f"{self.folder.home} stays as it is, trying again every {TRY_AGAIN:g} s: {why}")
        else:
            self._failed, self._not_before = "", time.monotonic() + self.every


def followed_export(
    views: ReadModel, database: str, home: Path, areas: Sequence[str], every: float, say: Callable[[str], None]
) -> FollowedExport:
    """What keeps a folder up. A usage error where the folder is another's, of another record, or of other areas."""
    home = home.absolute()
    actor = str(StoredBy(operator=command_log.operator()))
    with (
        closing(AccountRegister(views.database.address)) as register,
        closing(command_options.open_files(database)) as files,
    ):
        outside, record = register.key, record_ids(files)[0]
    try:
        kept = KeptUp.read(home)
        if kept is None:
            export, key = f"{system_clock.today():%Y%m%d}-{secrets.token_hex(3)}", new_key()
            kept = KeptUp(export, record, outside.seal(PURPOSE, export, key.hex()), tuple(areas), (DEFAULT_FRAMEWORK,))
            kept.write(home)
        key = bytes.fromhex(outside.unseal(PURPOSE, kept.export, kept.key))
    except (NotOurFolder, OSError) as error:
        raise click.UsageError(f"--parquet: {error}") from error
    except NotSealed as error:
        raise click.UsageError(
            f"--parquet: {home} is kept up under another secret key, or for another record; name another folder"
        ) from error
    if kept.record != record or (areas and set(areas) != set(kept.areas)):
        raise click.UsageError(f"--parquet: {home} is of another record or of other areas; name another folder")
    columns = ColumnKeeper(views, columns_folder(views.database))

    def published(facts: ExportFacts, written: Sequence[str], every_case: Sequence[str]) -> None:
        _register(database, home, facts, len(every_case), actor)
        with closing(AccessLog(views.database)) as log:
            log.add(
                system_clock.now(), OPERATOR, "downloaded", references=written, route="follow", purpose="operation",
                detail=f"export {facts.export}; {command_log.who_runs_it()}",
            )  # fmt: skip

    folder = KeptUpFolder(home, kept, key, views, columns.current, system_clock.now, system_clock.today, published)
    return FollowedExport(folder, every, say)


def _register(database: str, home: Path, facts: ExportFacts, cases: int, actor: str) -> None:
    """Put the export on record once: what is kept up has no other end than being destroyed."""
    with closing(command_options.open_files(database)) as files:
        if not files.entered(export_file(facts.export)):
            fact = ExportMade(
                at=facts.made_at, form="parquet", path=str(home), areas=list(facts.areas), as_at=facts.as_at,
                position=facts.position, cases=cases, kept_up=True,
            )  # fmt: skip
            files.enter(export_file(facts.export), fact, actor=actor)
