"""Damage a record and its backup at random, hundreds of times: python -m benchmarks.damaging [--runs N] [--seed S]

Each time a copy of the demonstration's SQLite file is harmed at one place: a bit is another, a stretch or a page is random bytes
or zeros, or the file ends early. A site is opened over it and asked, and ``caseaudit verify`` looks it through, then
``caseaudit rebuild --verify`` what is derived. Counted is:

* **the same**: every answer is that of the whole record, and verify finds nothing: what was harmed holds nothing that is asked for;
* **told**: an answer or a command says in words what is damaged;
* **failed**: an answer that is another while neither command finds anything, an error page without words, a traceback.

A backup is harmed in the same ways; there is no place in it that verify may pass over. Damage of a PostgreSQL server's own files is
for its checksums (docs/operating.md).
"""

import argparse
import logging
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from domain.backup.backup_file import settle
from domain.error_traces import trace_of
from domain.store.damage import database_words
from domain.store.database import Database
from tests.conftest import follow, load_demo
from tests.support.people import signed_in
from web.app import create_app
from web.cli import main as command

PAGE = 4096
"""Bytes of a page of the database."""

ASKED = (
    "/api/v1/cases",
    "/api/v1/cases/V465889/1",
    "/api/v1/cases/V465889/1/entries",
    "/api/v1/reports/contact?of=team:Gloucester&as_at=2005-10-03",
    "/api/v1/inspections/gloucestershire-2005/management",
)
READER = "c.whitlock"


def bit(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def stretch(content: bytearray, chance: random.Random) -> None:
    at, length = chance.randrange(len(content)), chance.randrange(1, 512)
    content[at : at + length] = chance.randbytes(len(content[at : at + length]))


def page(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content) // PAGE) * PAGE
    content[at : at + PAGE] = chance.randbytes(PAGE)


def zeros(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content) // PAGE) * PAGE
    content[at : at + PAGE] = bytes(PAGE)


def end(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


HARMS: tuple[Callable[[bytearray, random.Random], None], ...] = (bit, stretch, page, zeros, end)


def verified(*words: str) -> bool:
    """Whether this command finds nothing. It ends with words whatever it finds: a traceback is an error here."""
    told = CliRunner().invoke(command, words)
    if not (told.exception is None or isinstance(told.exception, SystemExit)):
        raise AssertionError(f"{words[0]}: {trace_of(told.exception)}")
    return told.exit_code == 0


def answers(path: Path) -> list[object]:
    """What a site over this record answers; of a refusal for damage, of a request or of the record as a whole, its status alone."""
    try:
        app = create_app(str(path), today=lambda: date(2005, 12, 22), demo=True)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        reader = signed_in(app, READER)
    except Exception as error:
        if database_words(error, Database.at(str(path))) is None and not isinstance(error, AssertionError | KeyError):
            raise
        return [503]
    given: list[object] = []
    for address in ASKED:
        answer = reader.get(address)
        assert answer.status_code in (200, 404, 503), f"{address}: {answer.status_code} {answer.text[:300]}"
        given.append(answer.json if answer.status_code == 200 else answer.status_code)
    return given


def counted(runs: int, seed: int, work: Callable[[Path], str], whole: bytes, kept: Path) -> Counter[str]:
    """So many harms of these bytes, each tried by ``work``; how many had each outcome."""
    found = Counter[str]()
    for number in range(runs):
        chance = random.Random(f"{seed} {number}")
        content, harm = bytearray(whole), HARMS[number % len(HARMS)]
        harm(content, chance)
        if content == whole:
            continue
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "harmed"
            path.write_bytes(content)
            try:
                outcome = work(path)
            except Exception as error:  # what went wrong is the result
                outcome = "failed"
                kept.mkdir(parents=True, exist_ok=True)
                (kept / f"{seed}-{number}").write_bytes(content)
                print(f"  {kept}/{seed}-{number} ({harm.__name__}): {error}\n{trace_of(error)}", flush=True)
        found[outcome] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200, help="how often each of the two is harmed")
    parser.add_argument("--keep", type=Path, default=Path("build/damaging"), help="where files are kept that failed")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable()
    with tempfile.TemporaryDirectory() as name:
        record, backup = Path(name) / "record.sqlite", Path(name) / "backup"
        load_demo(str(record))
        follow(str(record))
        settle(record)
        made = CliRunner().invoke(command, ["backup", str(backup), "--database", str(record)])
        assert made.exit_code == 0, made.output
        right = answers(record)
        assert all(isinstance(one, dict) for one in right), right

        def of_record(path: Path) -> str:
            said = answers(path)
            found = verified("verify", "--database", str(path))
            if not found or 503 in said:
                return "told"
            if said == right:
                return "the same"
            assert not verified("rebuild", "--verify", "--database", str(path)), "another answer, and nothing is found"
            return "told"

        def of_backup(path: Path) -> str:
            assert not verified("verify", str(path)), "verify finds nothing"
            return "told"

        bad = 0
        for what, path, work in (("backup", backup, of_backup), ("record", record, of_record)):
            found = counted(asked.runs, asked.seed, work, path.read_bytes(), asked.keep)
            bad += found["failed"]
            print(f"{what}: harmed {found.total()} times: {dict(found)}", flush=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
