"""A folder of Parquet files that is kept up with the record: what changed is written anew, and every moment it is whole.

The folder holds generations, each a whole export in a folder of its own, and ``current``, a link to the last one, which is swapped
in one step. A generation has the files of the one before it by hard link, but for the parts with cases that changed since. Cases
are in parts by the first digits of their digests. On a new day everything is written anew: states and answers are of a day.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from domain.policy.frameworks.framework_files import frameworks
from domain.private_folder import OURS, make_folder, open_ours
from domain.store.record_reader import is_case
from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore
from projections.columns.file_writing import sync
from projections.exports.data_package import NAME, described
from projections.exports.export_cases import cases_in
from projections.exports.export_contents import CASE_TABLES, OTHER_TABLES, ExportContents, Written
from projections.exports.export_facts import ExportFacts
from projections.exports.pseudonyms import Pseudonyms
from projections.ledger.derived_by import derived_by
from projections.read_model.view_reader import ReadModel

CURRENT, STATE, MAKING = "current", "export.json", ".unfinished"

CASES_OF_PART = 2_000
"""About so many cases are in one part; there are 1, 16 or 256 parts."""

MOST_DIGITS = 2

KEPT = 2
"""Generations that are kept: the current one, and the one before it for whoever is still reading it."""

ENTRIES_AT_ONCE = 5_000

FORMAT = 1
"""Increase it with every change of the tables that ``derived_by`` does not know of."""


class NotOurFolder(ValueError):
    """The folder is none that this export keeps up; the message says why."""


@dataclass(frozen=True)
class KeptUp:
    """What stays the same of a kept-up export: kept in ``export.json``. ``key``: of its digests, sealed."""

    export: str
    record: str
    key: str
    areas: tuple[str, ...]
    frameworks: tuple[str, ...]

    def write(self, home: Path) -> None:
        make_folder(home)
        with open(home / STATE, "xb", opener=open_ours) as stream:
            stream.write(json.dumps(self.__dict__).encode())
            stream.flush()
            os.fsync(stream.fileno())

    @classmethod
    def read(cls, home: Path) -> "KeptUp | None":
        """What is kept in a folder; None where it is missing or empty. ``NotOurFolder`` where something else is there."""
        try:
            said = json.loads((home / STATE).read_bytes())
            return cls(said["export"], said["record"], said["key"], tuple(said["areas"]), tuple(said["frameworks"]))
        except FileNotFoundError:
            if not home.exists() or (home.is_dir() and not any(home.iterdir())):
                return None
            raise NotOurFolder(
                f"{home} is there already and is no folder that `follow` keeps up; name another"
            ) from None
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise NotOurFolder(f"{home / STATE} cannot be read: {error}; name another folder") from error


class Generation(NamedTuple):
    """The last generation: its folder, and what its ``datapackage.json`` says of it."""

    folder: Path
    said: Mapping[str, Any]

    @property
    def position(self) -> int:
        return int(self.said["position"])

    @property
    def digits(self) -> int:
        return int(self.said["digits"])


@dataclass
class KeptUpFolder:
    """Keeps one folder up. ``columns``: gives the columns as they are. ``instant``, ``day``: when it is.

    ``published`` is called with the export, the facts, the references of the cases that are written anew and of all of them, just
    before they can be read; what it raises keeps them back.
    """

    home: Path
    kept: KeptUp
    key: bytes
    read_model: ReadModel
    columns: Callable[[], ColumnStore]
    instant: Callable[[], datetime]
    day: Callable[[], date]
    published: Callable[[ExportFacts, Sequence[str], Sequence[str]], None]

    def refresh(self) -> bool:
        """Write the next generation where anything changed since the last one; whether it did."""
        columns, last = self.columns(), self._last()
        facts = ExportFacts(
            self.kept.export, self.instant(), self.day(), None, columns.position, self.kept.areas, (), self.kept.frameworks,
            identified=False, kept_up=True,
        )  # fmt: skip
        contents = ExportContents(
            columns, self.read_model.stored, cases_in(columns, facts), facts,
            [frameworks()[name] for name in self.kept.frameworks], Pseudonyms(self.key),
        )  # fmt: skip
        if last is None or not self._goes_on(last, facts):
            digits = _digits_for(len(contents.references))
            self._write(contents, digits, None, set(self._parts(contents, digits)) or {"0"})
            return True
        changed = self._changed(last.position, columns.position)
        if not changed:
            return False
        self._write(contents, last.digits, last, {self._part(contents, one, last.digits) for one in changed})
        return True

    def _last(self) -> Generation | None:
        """The generation that ``current`` leads to; None where there is none that can be read."""
        try:
            folder = (self.home / CURRENT).resolve(strict=True)
            return Generation(folder, json.loads((folder / NAME).read_bytes())["export"])
        except (OSError, ValueError, KeyError):
            return None

    def _goes_on(self, last: Generation, facts: ExportFacts) -> bool:
        """Whether a generation is of this day, this version of the program, and of this record as it still is."""
        said = last.said
        return (
            said["as_at"] == facts.as_at.isoformat()
            and said["made_by"] == made_by()
            and last.position <= facts.position
            and said["hash"] == self.read_model.stored.hash_at(last.position)
        )

    def _changed(self, since: int, until: int) -> set[str]:
        """The cases that entries after one position and up to another changed."""
        found, position = set[str](), since
        while position < until:
            entered = [one for one in self.read_model.stored.after(position, ENTRIES_AT_ONCE) if one.position <= until]
            if not entered:
                break
            cases = {one.reference for one in entered if is_case(one.reference)}
            found.update(cases, *self.read_model.others_rewritten(cases, lambda _: since).values())
            position = entered[-1].position
        return found

    def _part(self, contents: ExportContents, reference: str, digits: int) -> str:
        """The part that a case is in: the first digits of its digest."""
        return contents.pseudonyms.of("case", reference)[:digits] or "0"

    def _parts(self, contents: ExportContents, digits: int) -> Mapping[str, Array]:
        """For each part the cases that are in it (for each case of the columns whether it is)."""
        found: dict[str, Array] = {}
        for at in np.flatnonzero(contents.cases).tolist():
            part = self._part(contents, contents.columns.references[at], digits)
            found.setdefault(part, np.zeros(contents.columns.numbers, bool))[at] = True
        return found

    def _write(self, contents: ExportContents, digits: int, last: Generation | None, anew: set[str]) -> None:
        """Write a generation: these parts anew, all others from the last one; then let ``current`` lead to it."""
        making, parts = self.home / MAKING, self._parts(contents, digits)
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        nobody, written = _nobody(contents), _nobody(contents)
        for part in sorted(anew if parts else {"0"}):
            cases = parts.get(part, nobody)
            if cases.any() or not parts:
                contents.write_cases(making, cases, part)
                written |= cases
        contents.write_others(making, "0")
        if last is not None:
            _link(last.folder, making, anew)
        (making / NAME).touch(mode=OURS)
        (making / NAME).write_bytes(self._described(contents.facts, making, digits))
        for folder in (*(path for path in making.iterdir() if path.is_dir()), making):
            sync(folder)
        self.published(
            contents.facts,
            [contents.columns.references[at] for at in np.flatnonzero(written).tolist()],
            contents.references,
        )
        self._swap(making)

    def _described(self, facts: ExportFacts, folder: Path, digits: int) -> bytes:
        """The content of ``datapackage.json``: with what the next refresh has to know."""
        found: Written = {}
        for table in (*CASE_TABLES, *OTHER_TABLES):
            files = sorted((folder / table.name).iterdir())
            rows = sum(pq.read_metadata(path).num_rows for path in files)
            found[table.name] = table, [str(path.relative_to(folder)) for path in files], rows
        position = facts.position
        hash_ = self.read_model.stored.hash_at(position)
        return described(facts, found, {"digits": digits, "made_by": made_by(), "hash": hash_})

    def _swap(self, making: Path) -> None:
        """Give the new generation its name, let ``current`` lead to it in one step, delete those that nobody reads any more."""
        numbers = [int(path.name) for path in self.home.iterdir() if path.name.isdigit()]
        folder = making.rename(self.home / f"{max(numbers, default=0) + 1:08}")
        link = self.home / f".{CURRENT}"
        with suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(folder.name)
        link.replace(self.home / CURRENT)
        sync(self.home)
        for number in sorted(numbers)[: -(KEPT - 1)]:
            shutil.rmtree(self.home / f"{number:08}", ignore_errors=True)


def _nobody(contents: ExportContents) -> Array:
    """For each case of the columns: no."""
    return np.zeros(contents.columns.numbers, bool)


def _link(before: Path, making: Path, anew: set[str]) -> None:
    """Take over from a generation the files of all parts of cases but these."""
    for table in CASE_TABLES:
        (making / table.name).mkdir(mode=0o700, exist_ok=True)
        for path in (before / table.name).iterdir():
            if path.stem not in anew:
                os.link(path, making / table.name / path.name)


def made_by() -> str:
    """What the files depend on beside the record: another value means that they are made anew."""
    return f"{FORMAT} {derived_by()}"


def _digits_for(cases: int) -> int:
    """How many digits name the parts of so many cases."""
    digits = 0
    while digits < MOST_DIGITS and cases > CASES_OF_PART * 16**digits:
        digits += 1
    return digits
