"""Records to be backed up, and what is done with backups of them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.backup.backup_file import Kept, check_whole
from domain.backup.keys_back import check_fits
from domain.backup.restoring import Beyond, GoesOn, Restored, restore
from domain.backup.taking import Taken, take
from domain.store.application import Files
from domain.store.database import Database
from domain.store.preparation import begin_sealing
from tests.domain.store.test_sealed_record import contact
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, NOW, facts_of

TODAY = date(2026, 11, 29)
AT = datetime(2026, 11, 29, 14, tzinfo=UTC)
UNTIL = date(2999, 12, 31)
"""Until when keys may be kept: commands go by the day on which the tests are run."""
CRN, NAME = CASE.partition("/")[0], BEGINNING["person"]["name"]

KEEPER = Account("k.eeper", "K Eeper", "information_manager")


def sealed(address: str, *, keeper: bool = True) -> None:
    """A sealed record of one case, with an account."""
    with closing(Files.open(address)) as files:
        begin_sealing(files.recorder)
    with opened(address) as files:
        files.record(CASE, [*facts_of([BEGINNING]), contact("came round")], actor="test", now=NOW)
    if keeper:
        with closing(AccountRegister(address)) as register:
            register.add(KEEPER, "a hash")


@contextmanager
def opened(address: str) -> Iterator[Files]:
    with closing(Files.open(address)) as files:
        yield files


def backed_up(
    address: str, path: Path, keys: Path | None = None, until: date | None = UNTIL, at: datetime = AT
) -> Taken:
    with closing(AccountRegister(address)) as register:
        register.log.try_out()
    with opened(address) as files:
        return take(files, path, at, keys, until if keys else None)


def restored(
    path: Path, address: str, keys: Path | None = None, new: str | None = None, beside: Beyond | None = None
) -> Restored:
    backup, kept = check_whole(path), None if keys is None else check_whole(keys, "keys")
    check_fits(backup.manifest, None if kept is None else kept.manifest, TODAY)
    return restore(backup, Database.at(address), GoesOn(new, AT, "a test"), kept, beside)


def kept(path: Path) -> Kept:
    return check_whole(path)
