"""Many writers of the log at once: every line is kept, and a list that all of them show is kept once."""

import multiprocessing
from contextlib import closing
from threading import Thread

import pytest

from domain.accounts.access_log import AccessLog
from domain.accounts.account_register import AccountRegister
from domain.store.database import Database
from tests.domain.accounts.test_access_log import NOW, SPO

pytestmark = pytest.mark.both

WRITERS, EACH = 4, 10
DESK = [f"X{number:06}/1" for number in range(100_000, 100_050)]


def write(address: str, threads: int) -> None:
    """Write ``EACH`` lines in each of some threads; half of them show the same list."""
    with closing(AccessLog(Database.at(address))) as log:

        def lines(who: int) -> None:
            for number in range(EACH):
                log.add(NOW, SPO, "viewed", references=DESK if number % 2 else [DESK[who], DESK[number]])

        every = [Thread(target=lines, args=(who,)) for who in range(threads)]
        for one in every:
            one.start()
        for one in every:
            one.join()


@pytest.mark.parametrize("processes", [1, pytest.param(WRITERS, marks=pytest.mark.slow)])
def test_every_line_of_many_writers_is_kept(empty_database: str, processes: int) -> None:
    AccountRegister(empty_database, prepare=True).close()
    if processes == 1:
        write(empty_database, WRITERS)
    else:
        context = multiprocessing.get_context("spawn")
        every = [context.Process(target=write, args=(empty_database, 1)) for _ in range(processes)]
        for one in every:
            one.start()
        for one in every:
            one.join()
        assert [one.exitcode for one in every] == [0] * processes
    with closing(AccessLog(Database.at(empty_database))) as log:
        assert len(list(log.lines())) == WRITERS * EACH
        assert sum(line.cases == len(DESK) for line in log.lines(person=DESK[-1])) == WRITERS * EACH // 2
        with log.transaction() as c:
            assert c.rows(f"SELECT count(*) FROM access_lists WHERE size = {len(DESK)}") == [(1,)]
            assert c.rows("SELECT count(*) FROM access_lines WHERE brought AND list = 1")[0][0] <= 1
        assert log.settled() >= WRITERS * EACH
