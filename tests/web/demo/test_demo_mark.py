"""``demo`` leaves every database alone that it did not make."""

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.store.application import Files
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, NOW, facts_of
from web.cli import main
from web.cli.import_command import load

pytestmark = pytest.mark.both


def demo(database: Path | str) -> Result:
    return CliRunner().invoke(main, ["demo", "--no-serve", "--database", str(database)])


def stored(database: Path | str) -> tuple[int, list[str]]:
    with closing(Files.open(str(database))) as files, closing(AccountRegister(str(database))) as register:
        return files.recorder.head()[0], [account.username for account in register.accounts()]


def unmarked(database: Path | str) -> None:
    with closing(AccountRegister(str(database))) as register, register.engine.begin() as c:
        c.execute(sa.text("DROP TABLE demonstration"))


def refused(database: Path | str, why: str) -> None:
    before = stored(database)
    found = demo(database)
    assert found.exit_code == 2, found.output
    assert why in " ".join(found.output.split())
    assert stored(database) == before


def test_a_record_of_others_is_refused(empty_database: str) -> None:
    with closing(Files.open(empty_database)) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="import", now=NOW)
    refused(empty_database, "entries that others stored (import)")


def test_a_record_that_says_it_is_the_demonstrations_is_refused_too(empty_database: str) -> None:
    with closing(Files.open(empty_database)) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="demo", now=NOW)
    refused(empty_database, "not just those of the samples")


def test_a_site_with_accounts_and_no_entries_yet_is_refused(empty_database: str) -> None:
    with closing(AccountRegister(empty_database)) as register:
        register.add(Account("first", "Ann First", "information_manager"), "hash")
    refused(empty_database, "accounts that are not the demonstration's (first)")


def test_a_demonstration_into_which_a_record_came_is_refused(own_database: Path | str) -> None:
    with closing(Files.open(str(own_database))) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="import", now=NOW)
    refused(own_database, "entries that others stored (import)")


def test_what_was_tried_out_in_the_demonstration_stays_in_it(own_database: Path | str) -> None:
    with closing(Files.open(str(own_database))) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="p.anstey", now=NOW)
    assert demo(own_database).exit_code == 0


def test_a_demonstration_of_before_marks_is_known_by_its_content(empty_database: str, sample_files: Path) -> None:
    """It held the samples and nothing else: their inspections were not published yet."""
    load(empty_database, sorted(sample_files.glob("*.ndjson")), actor="demo")
    assert demo(empty_database).exit_code == 0
    unmarked(empty_database)
    with closing(Files.open(empty_database)) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="p.anstey", now=NOW)
    refused(empty_database, "not just those of the samples")


def test_a_demonstration_of_before_marks_with_a_password_is_refused(own_database: Path | str) -> None:
    unmarked(own_database)
    with closing(AccountRegister(str(own_database))) as register:
        register.set_password("p.anstey", "hash", must_change=False)
    refused(own_database, "accounts that are not the demonstration's (p.anstey)")
