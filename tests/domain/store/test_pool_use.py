"""Which connections are counted as used and as idle."""

from contextlib import ExitStack, closing
from pathlib import Path

from domain.store.database import Database
from domain.store.engines import engine_of
from domain.store.pool_use import pool_use


def tables() -> tuple[int, int]:
    return pool_use()["tables"]


def test_a_connection_that_broke_is_not_idle(tmp_path: Path) -> None:
    used, idle = tables()  # of other tests
    engine = engine_of(Database(str(tmp_path / "a.sqlite")))
    with ExitStack() as three:
        for _ in range(3):
            three.enter_context(engine.connect())
        assert tables() == (used + 3, idle)
    assert tables() == (used, idle + 3)
    with closing(engine.connect()) as one:
        one.invalidate()
    assert tables() == (used, idle + 2)
    engine.dispose()
    assert tables() == (used, idle)
