"""What the page Data says of backups, rehearsals and files of keys, from the access log."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from domain.accounts.access_lines import OPERATOR
from domain.accounts.access_log import AccessLog
from domain.store.database import Database
from tests.conftest import copied
from tests.support.people import signed_in
from web.admin.backup_state import backup_state
from web.app import create_app

NOW = datetime(2026, 11, 29, 14, tzinfo=UTC)


def test_the_last_backup_and_rehearsal_are_told_and_what_is_due(tmp_path: Path) -> None:
    with closing(AccessLog(Database(str(tmp_path / "record.sqlite")))) as log:
        assert backup_state(log, NOW, NOW.date()) == (None, None, None, None, [])
        log.add(
            NOW - timedelta(days=40),
            OPERATOR,
            "backed up",
            detail="3 entries; SHA-256 00; keys until 2026-11-20; root on x",
        )
        log.add(
            NOW - timedelta(days=2),
            OPERATOR,
            "backed up",
            detail="7 entries; SHA-256 00; keys until 2026-12-20; root on x",
        )
        log.add(
            NOW - timedelta(days=36), OPERATOR, "restore rehearsed", detail="3 entries in 2 s; keys restored; root on x"
        )
        found = backup_state(log, NOW, NOW.date())
        assert found.backup is not None and (found.backup.entries, found.backup.due) == (7, False)
        assert found.rehearsal is not None and found.rehearsal.due
        assert found.keys_over == [date(2026, 11, 20)]
        assert backup_state(log, NOW + timedelta(days=6), NOW.date()).backup == found.backup._replace(due=True)
        assert (found.backup_without_keys, found.rehearsal_without_keys) == (None, None)


def test_what_was_made_without_keys_is_no_whole_backup_and_no_whole_rehearsal(tmp_path: Path) -> None:
    before = NOW - timedelta(hours=1)
    with closing(AccessLog(Database(str(tmp_path / "record.sqlite")))) as log:
        log.add(before, OPERATOR, "backed up", detail="7 entries; SHA-256 00; keys missing; root on x")
        log.add(before, OPERATOR, "restore rehearsed", detail="7 entries in 2 s; keys missing; root on x")
        assert backup_state(log, NOW, NOW.date()) == (None, None, before, before, [])
        log.add(NOW, OPERATOR, "backed up", detail="8 entries; SHA-256 00; keys until 2026-12-20; root on x")
        found = backup_state(log, NOW, NOW.date())
        assert found.backup is not None and (found.backup.entries, found.backup_without_keys) == (8, None)


def test_the_page_says_it(followed: Path, tmp_path: Path) -> None:
    path = copied(followed, tmp_path)
    keeper = signed_in(create_app(str(path), today=lambda: date(2005, 12, 22), demo=True), "i.nkemelu")
    page = keeper.get("/data").text
    assert "No backup is on the access log" in page and "No restore was rehearsed" in page
    with closing(AccessLog(Database(str(path)))) as log:
        log.add(
            datetime(2005, 12, 22, 3, tzinfo=UTC), OPERATOR, "backed up", detail="10,985 entries", purpose="operation"
        )
        log.add(
            datetime(2005, 12, 21, 3, tzinfo=UTC),
            OPERATOR,
            "backed up",
            detail="5 entries; keys until 2005-12-21",
            purpose="operation",
        )
    page = keeper.get("/data").text
    assert "Last backup 22 Dec 2005" in page and "Files of keys to be destroyed" in page and "21 December 2005" in page
