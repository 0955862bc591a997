"""A database with eight cases of a few entries each, and the views of it."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from domain.store.application import Files
from projections.read_model.rebuild import open_read_model
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import start, store
from tests.support.followed import CASES


@pytest.fixture
def address(empty_database: str) -> str:
    """A database with eight cases of a few entries each, which no view has taken in."""
    with closing(Files.open(empty_database)) as files:
        store(files, *((case, start()) for case in CASES))
        store(files, *((case, contact(f"c{n}")) for n in range(3) for case in CASES))
    return empty_database


@pytest.fixture
def views(address: str) -> Iterator[ReadModel]:
    with closing(ReadModel(address)) as views:
        yield views
    if open_read_model.cache_info().currsize:
        open_read_model(address).close()
        open_read_model.cache_clear()
