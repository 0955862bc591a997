"""A damaged database in words, with its place: which file, which table, which page or entry. No message quotes a row.

What SQLite and PostgreSQL say of damage comes through several libraries; each error is followed to the driver's own.
"""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from eventsourcing.persistence import PersistenceError

from domain.error_traces import trace_of, words_of
from domain.store import known_damage
from domain.store.database import Database, log_database
from domain.store.entry_codec import UnreadableEntry
from domain.store.hash_chain import BrokenChain
from domain.store.outage_kinds import is_undecodable, outage_of

WHAT_TO_DO = (
    "Nothing was changed. Keep the file as it is, and restore the latest backup into a new one (docs/backup.md)"
)
MISSING_TO_DO = "Run caseaudit migrate as the owner of the tables; else restore the latest backup (docs/backup.md)"
ROW_TO_DO = (
    "caseaudit verify says which file and entry it is; restore a backup in which it can be read (docs/backup.md)"
)

VIEWS_TO_DO = "caseaudit rebuild makes it anew from the entries"

MISSING = re.compile(r"no such (?P<what>table|column): (?P<name>[\w.]+)|has no column named (?P<column>\w+)")

NOT_ALLOWED = "42501"
"""SQLSTATE of what a role may not do."""

OWNER_TO_DO = "The role in the address may not do this: run it as the owner of the tables (docs/operating.md)"

SHOWN = 5
"""The most faults of pages that are said of one file."""

FAULTS = 100

WHOLE = ["ok"]
"""What SQLite's own check says of pages of which nothing is wrong."""


class DamagedViews(RuntimeError):
    """What was derived from entries and is stored cannot be read; the message says what, and no case."""


def database_errors() -> tuple[type[Exception], ...]:
    """The errors that ``words_of_damage`` may say something of."""
    import sqlalchemy as sa  # commands that need no table beside the entries start without it

    return BrokenChain, DamagedViews, PersistenceError, UnreadableEntry, sa.exc.DBAPIError, sqlite3.Error


def words_of_damage(error: BaseException, database: Database | None) -> str | None:
    """What an error says of damage, with its place and what to do; None where it is of something else.

    ``database``: in which it arose, where that is known. An SQLite file is looked through for the place, and what was found is
    remembered (``known_damage``).
    """
    for cause in _causes(error):
        if isinstance(cause, DamagedViews):
            return f"{_called(database)}: {cause}. {VIEWS_TO_DO}"
        if isinstance(cause, UnreadableEntry):
            return f"{_called(database)}: {cause}. {ROW_TO_DO}"
        if isinstance(cause, BrokenChain):
            return f"{_called(database)}: {cause}"
        if isinstance(cause, sqlite3.Error):
            return _of_sqlite(cause, database)
        if state := getattr(cause, "sqlstate", None):
            return _of_postgres(cause, str(state), database)
    return None


def words_of_refusal(error: BaseException) -> str | None:
    """What is said where PostgreSQL refused something to the role in the address; None where it did not."""
    for cause in _causes(error):
        if getattr(cause, "sqlstate", None) == NOT_ALLOWED:
            return f"{_first_line(cause)}. {OWNER_TO_DO}"
    return None


def log_words(error: BaseException, database: Database | None) -> str:
    """What a log says of an error: the words of damage; of anything else its trace."""
    return words_of_damage(error, database) or trace_of(error)


def database_words(error: BaseException, database: Database | None) -> str | None:
    """What any error of a database says, of damage or of something else such as a full disk; None where it is no such error."""
    if words := words_of_damage(error, database) or words_of_refusal(error):
        return words
    of_driver = type(error).__module__.partition(".")[0] == "psycopg"
    return words_of(error) if of_driver or isinstance(error, database_errors()) else None


def page_faults(path: Path) -> list[str]:
    """What is wrong with the pages of an SQLite file: it is cut short or is none, or which tables are damaged; empty: nothing."""
    try:
        if fault := _of_header(path):
            return [fault]
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as c:
            if (found := _checked(c)) == WHOLE:
                return []
            kinds = dict(c.execute("SELECT rootpage, type FROM sqlite_master WHERE rootpage > 0"))
            tables = [
                str(name) for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
            ]
            each = ((table, _checked(c, f"'{table}'")) for table in tables)
            return [_placed(table, lines, kinds) for table, lines in each if lines != WHOLE] or found[:1]
    except sqlite3.Error as error:
        return [_says(error)]
    except OSError as error:
        return [f"it cannot be read ({error.strerror})"]


def check_pages(database: Database) -> None:
    """``BrokenChain`` where pages of an SQLite file are damaged, as in a copy that was made while somebody wrote."""
    if database.kind != "sqlite" or database.in_memory or database.missing:
        return
    if faults := page_faults(Path(database.path)):
        raise BrokenChain(f"{database}: {_few(faults)}")


def _checked(c: sqlite3.Connection, what: str = str(FAULTS)) -> list[str]:
    """The lines of SQLite's own check, of all or of one table; ``WHOLE`` where nothing is wrong."""
    try:
        found = [line for (lines,) in c.execute(f"PRAGMA integrity_check({what})") for line in str(lines).splitlines()]
        return [line for line in found if not line.startswith("***")]
    except sqlite3.Error as error:
        return [_says(error)]


def _says(error: sqlite3.Error) -> str:
    return f"SQLite says: {_first_line(error)}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and all that it came from: the driver's own is the last."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [getattr(one, "orig", None), one.__cause__, one.__context__]
        waiting += [given for given in one.args if isinstance(given, BaseException)]


def _of_sqlite(error: sqlite3.Error, database: Database | None) -> str | None:
    if outage_of(error) == "damaged":
        return _of_pages("text in a row is not UTF-8" if is_undecodable(error) else str(error), database)
    found = MISSING.search(str(error))
    if found is not None and (found["what"] != "table" or _is_ours(found["name"])):
        what = f"the {found['what'] or 'column'} {found['name'] or found['column']}"
        return f"{_called(database)} is damaged: {what} is missing. {MISSING_TO_DO}"
    return None


def _of_pages(said: str, database: Database | None) -> str:
    """The words for pages that cannot be read. Looking for the place may take minutes: others are told without it meanwhile."""
    words = f"{_called(database)} is damaged: {said}. {WHAT_TO_DO}"
    if database is None or database.in_memory:
        return words
    if known := known_damage.known(database):
        return known
    known_damage.remember(database, words)
    if database.kind == "sqlite" and (place := _few(_faults_of_both(database))):
        words = f"{database} is damaged: {place}. {WHAT_TO_DO}"
        known_damage.remember(database, words)
    return words


def _of_postgres(error: BaseException, state: str, database: Database | None) -> str | None:
    if outage_of(error) == "damaged":
        return _of_pages(f"the server says: {_first_line(error)}", database)
    named = re.search(r'relation "(?:\w+\.)?(\w+)"', str(error))
    if state == "42703" or (state == "42P01" and named is not None and _is_ours(named[1])):
        return f"{_called(database)} is damaged: {_first_line(error)}. {MISSING_TO_DO}"
    return None


def _is_ours(table: str) -> bool:
    """Whether a table is one that should be there; any other is a fault of the program."""
    from domain.store.application_role import RIGHTS  # commands start without it, as it needs SQLAlchemy

    return table in RIGHTS


def _faults_of_both(database: Database) -> list[str]:
    """The faults of the record's file, and of the access log beside it where that has some."""
    log = log_database(database)
    beside = [f"{log}: {fault}" for fault in page_faults(Path(log.path))] if log != database and not log.missing else []
    return [*page_faults(Path(database.path)), *beside]


def _of_header(path: Path) -> str:
    """What the first bytes of a file say: that it is no database of SQLite, or is shorter than it should be."""
    header, size = _header(path), path.stat().st_size
    if not header:
        return ""
    if not header.startswith(b"SQLite format 3\0"):
        return "it is no SQLite database: its first bytes are not those of one"
    page = int.from_bytes(header[16:18], "big")
    whole = (65_536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
    if header[24:28] == header[92:96] and size < whole and not _has_log(path):
        return f"it is cut short: it ends at byte {size:,}, and its header says {whole:,}"
    return ""


def _header(path: Path) -> bytes:
    """The first bytes of a file, read by another process: where this one closed the file, SQLite would lose its locks on it."""
    read = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read(100))"
    command = [sys.executable, "-I", "-S", "-c", read, str(path)]
    return subprocess.run(command, capture_output=True, check=False).stdout  # noqa: S603 - our own program, no shell


def _has_log(path: Path) -> bool:
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0


def _placed(table: str, lines: list[str], kinds: dict[int, str]) -> str:
    """That a table cannot be read, and where, as SQLite's own check says. ``kinds``: ``table`` or ``index``, by its first page."""
    found = re.search(r"(?:[Tt]ree (\d+) )?page (\d+)", "\n".join(lines))
    if found is None:
        return f"the table {table} cannot be read"
    of_index = found[1] is not None and kinds.get(int(found[1])) == "index"
    return f"the table {table}{' (an index of it)' if of_index else ''} cannot be read, page {found[2]}"


def _few(faults: list[str]) -> str:
    every = list(dict.fromkeys(faults))
    more = f"; and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return "; ".join(every[:SHOWN]) + more


def _called(database: Database | None) -> str:
    return "the database" if database is None else str(database)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
