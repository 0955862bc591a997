"""Damage of a database that was met is remembered: a later look may read other pages than the damaged ones.

It is known until the service is started or reloaded, or until another SQLite file lies in the place of the damaged one.
"""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from domain.store.database import Database, log_database

_HERE: dict[str, str] = {}
_shared: Path | None = None


def begin(folder: Path | None) -> None:
    """Forget what was met. ``folder``: where the processes of a site share what they meet; None: this process is alone."""
    global _shared
    _shared = folder
    _HERE.clear()
    for kept in folder.glob("damage-*") if folder else ():
        kept.unlink(missing_ok=True)


def remember(database: Database, words: str) -> None:
    """Remember what is damaged, in words."""
    if _shared is None:
        _HERE[_key(database)] = words
        return
    with suppress(OSError):
        new = _shared / f"new-damage-{os.getpid()}"
        new.write_text(words, encoding="utf-8")
        new.replace(_file(_shared, database))


def known(database: Database) -> str:
    """What of this database is known to be damaged, in words; empty: nothing."""
    if _shared is None:
        return _HERE.get(_key(database), "")
    with suppress(OSError):
        return _file(_shared, database).read_text(encoding="utf-8")
    return ""


def _file(folder: Path, database: Database) -> Path:
    return folder / f"damage-{sha256(_key(database).encode()).hexdigest()[:32]}"


def _key(database: Database) -> str:
    """The database, and the files in which SQLite keeps it and its access log."""
    if database.kind == "postgresql":
        return database.identity
    return " ".join([database.identity, *(_number(Path(one.path)) for one in (database, log_database(database)))])


def _number(file: Path) -> str:
    try:
        found = file.stat()
    except OSError:
        return "none"
    return f"{found.st_dev}:{found.st_ino}"
