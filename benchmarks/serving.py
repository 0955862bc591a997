"""A generated service with its views and columns made, kept in a working folder, and the app over a copy of it.

The record is made once. Views and columns are made from it by ``caseaudit rebuild``, once for each version of the code
that derives them. A run works on a copy, as it records entries of its own.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import domain
import projections
from benchmarks.filling import fill, templates
from benchmarks.nation import Size, officer_of, officers, place_of
from domain.accounts.roles import Account

DATABASE = "service.sqlite"
"""The name of the database in each folder. Its columns lie beside it."""

COMMAND = (sys.executable, "-c", "import sys; from web.cli import run; sys.argv[0] = 'caseaudit'; run()")


class Person(NamedTuple):
    """Somebody who reads the pages, and how many cases they answer for on the day of the last entries."""

    words: str
    account: Account
    cases: int


def people(size: Size) -> list[Person]:
    """The first officer, an SPO of the first team, the manager of the first area and the manager of all areas where there
    are several; and an information manager, who answers for no case.
    """
    first = place_of(officer_of(0), size)
    areas = sorted({place_of(officer, size).area for officer in range(officers(size))})
    accounts = {
        "one officer": Account("officer", "An Officer", "case_manager", staff=(first.officer,), grade="po"),
        "one team": Account("spo", "A Senior", "spo", (first.team,), grade="spo"),
        "one area": Account("area", "A Manager", "area_manager", (first.area,)),
    }
    if len(areas) > 1:
        accounts[f"{len(areas)} areas"] = Account("areas", "B Manager", "area_manager", tuple(areas))
    accounts["data"] = Account("data", "C Keeper", "information_manager")
    return [Person(words, account, len(cases_of(account, size))) for words, account in accounts.items()]


def cases_of(account: Account, size: Size) -> list[int]:
    """The cases that an account answers for. A case that is handed on stays in its team."""
    return [case for case in range(size.cases) if account.answers_for(place_of(officer_of(case), size))]


def prepared(root: Path, size: Size, distinct: int) -> Path:
    """The folder that holds the service of this size, made from ``distinct`` templates, with its views and columns."""
    home = root / f"{size.name}-{distinct}"
    made = home / f"made-{code_version()}"
    if not made.exists():
        with _making(made) as making:
            shutil.copytree(recorded(root, size, distinct), making, dirs_exist_ok=True)
            command = (*COMMAND, "rebuild", "--processes", "2", "--database", str(making / DATABASE))
            env = {name: value for name, value in os.environ.items() if name != "CASEAUDIT_COLUMNS"}
            subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)
    return made


def recorded(root: Path, size: Size, distinct: int) -> Path:
    """The folder that holds the record of this service alone. It is filled in a process of its own, for its memory."""
    folder = root / f"{size.name}-{distinct}" / "record"
    if not folder.exists():
        with _making(folder) as making, ProcessPoolExecutor(1, get_context("spawn")) as process:
            process.submit(_fill, str(making / DATABASE), size, distinct).result()
    return folder


def _fill(address: str, size: Size, distinct: int) -> None:
    fill(address, size, templates(distinct))


@contextmanager
def _making(folder: Path) -> Iterator[Path]:
    """A folder that gets its name when all in it is made."""
    making = folder.with_name(f"making-{folder.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    yield making
    making.rename(folder)


@contextmanager
def copied(made: Path) -> Iterator[Path]:
    """A copy of a folder beside it, deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=made.parent) as folder:
        shutil.copytree(made, folder, dirs_exist_ok=True)
        yield Path(folder)


def code_version() -> str:
    """A digest of the code and of the policy files that views and columns are made by."""
    digest = sha256()
    for package in (domain, projections):
        home = Path(str(package.__file__)).parent
        for path in sorted(path for kind in ("*.py", "*.yaml") for path in home.rglob(kind)):
            digest.update(str(path.relative_to(home)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
