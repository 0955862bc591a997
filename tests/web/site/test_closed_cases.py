"""A case closed to its reader is refused as one that is not there: without reading its file, and as fast."""

import random
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from flask import Flask

from projections.cases.case_repository import CaseRepository
from tests.support.depth import deep
from tests.support.people import signed_in
from tests.web.site.test_access_control import CHELTENHAM, GLOUCESTER, TODAY, limited
from web.app import create_app

PAGES = ("", "?as_at=2005-10-03", "/replay?step=3", "/record/TierSet")
APART = 0.002
"""Seconds by which the medians may differ."""


@pytest.fixture
def app(own_database: Path) -> Flask:
    limited(own_database, "p.anstey")
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


@pytest.mark.both
@pytest.mark.parametrize("page", PAGES)
def test_its_file_is_not_read(app: Flask, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, "p.anstey")
    assert client.get("/cases").status_code == 200

    def read(*_: object, **__: object) -> None:
        raise AssertionError("the file of a closed case was read")

    for reader in ("read", "history", "person"):
        monkeypatch.setattr(CaseRepository, reader, read)
    for case in (GLOUCESTER, CHELTENHAM, "A999999/1"):
        assert client.get(f"/cases/{case}{page}").status_code == 404


@pytest.mark.skipif(not deep(), reason="takes the clock: in a deep run only")
@pytest.mark.both
@pytest.mark.parametrize("page", PAGES)
def test_its_answer_takes_as_long(app: Flask, page: str) -> None:
    client, cases = signed_in(app, "p.anstey"), [GLOUCESTER, CHELTENHAM, "A999999/1"]
    taken: dict[str, list[float]] = {case: [] for case in cases}
    for _ in range(1000):
        for case in random.sample(cases, len(cases)):
            before = perf_counter()
            client.get(f"/cases/{case}{page}")
            taken[case].append(perf_counter() - before)
    medians = [median(times) for times in taken.values()]
    assert max(medians) - min(medians) < APART, medians
