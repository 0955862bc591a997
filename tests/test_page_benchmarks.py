"""The benchmarks of pages and of making columns measure what they say, on a service of a few cases."""

from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from benchmarks import columns_made, pages
from benchmarks.cases import READ_ON
from benchmarks.changes import OneMore
from benchmarks.filling import templates
from benchmarks.nation import SIZES, Size
from benchmarks.questions import MOMENTS, Layers, forgotten, score_all, table_by_team
from benchmarks.serving import DATABASE, people, prepared, recorded
from benchmarks.timing import Figure
from benchmarks.worker import size_of, watched
from projections.columns.case_selection import CaseSelection
from projections.columns.column_files import latest_generation
from projections.history.moment import Moment
from projections.read_model.view_reader import ReadModel
from tests.support.columns import columns_of, selection_of

FEW = Size("few", 60, 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("services"), FEW, 3)


def test_who_reads_the_pages() -> None:
    assert [person.cases for person in people(SIZES["region"])] == [40, 400, 5_200, 25_000, 0]
    assert [person.cases for person in people(FEW)] == [40, 60, 60, 0]


@pytest.mark.slow
def test_every_page_is_measured_on_a_copy_of_a_service_that_is_made_once(made: Path) -> None:
    views = ReadModel(str(made / DATABASE))
    at = selection_of(views, Moment(READ_ON, None))
    for person in people(FEW)[1:-1]:  # an officer hands some of theirs on
        assert person.account.scope is not None
        level, names = person.account.scope
        assert np.count_nonzero(at.select(**{level: names})) == person.cases
    position = views.position
    found = {pages.named(person, words): figure for person, words, figure in pages.measured(made, FEW, 1, once=True)}
    assert prepared(made.parents[1], FEW, 3) == made
    assert views.position == views.stored.head() == position, "what a run records stays in its copy"
    views.close()
    measured = {name.partition(": ")[2] for name in found}
    assert measured >= set(pages.pages(FEW)), "each page is open to somebody"
    for name in ("one officer, 40 cases: home", "one team, 60 cases: to do, of all", "one team, 60 cases: board pack",
                 "data, 0 cases: data", "one team, 60 cases: one entry more, and the desk",
                 "one area, 60 cases: the desk so, above 60 changed cases"):  # fmt: skip
        figure = found[name]
        assert isinstance(figure, Figure)
        assert 0 < figure.least <= figure.middle and figure.beside > 0
        assert 0 < figure.warm <= figure.ninety_five
    lines = [pages.line(name, figure, 2e6) for name, figure in found.items()]
    assert lines[0].startswith("own memory before the first page")
    assert lines[0].endswith(f"before 2.0: {found['own memory before the first page'] / 2e6:.2f}")  # type: ignore[operator]


@pytest.mark.slow
def test_columns_made_alone_are_those_of_a_rebuild(made: Path, tmp_path: Path) -> None:
    copytree(recorded(made.parents[1], FEW, 3), tmp_path, dirs_exist_ok=True)
    found = columns_made.measured(tmp_path, FEW)
    assert all(seconds > 0 for seconds in found.values())
    one, other = (latest_generation(tmp_path / name) for name in ("rebuilt", "made"))
    assert one is not None
    assert other is not None
    assert list(one.references) == list(other.references)
    assert len(one.references) == FEW.cases
    for name, table in one.tables.items():
        assert [len(rows) for rows in table.all] == [len(rows) for rows in other.tables[name].all]
    for moment in MOMENTS.values():
        assert score_all(CaseSelection(one, moment)) == score_all(CaseSelection(other, moment))


def test_cases_taken_in_one_by_one_are_counted_as_they_are_now() -> None:
    facts = templates(3)
    layers = Layers(columns_of((f"A00000{n}/1", facts[n % 2]) for n in range(6)))
    changed = [columns_of([(f"A00000{n}/1", facts[2])]) for n in (1, 4)]
    one_more = OneMore(layers, changed)
    for _ in range(3):
        one_more()
    anew = columns_of((f"A00000{n}/1", facts[2 if n in (1, 4) else n % 2]) for n in range(6))
    for moment in MOMENTS.values():
        now, wanted = CaseSelection(forgotten(layers.layers.columns), moment), CaseSelection(anew, moment)
        assert score_all(now) == score_all(wanted)
        assert table_by_team(now).by_key() == table_by_team(wanted).by_key()


def test_the_most_memory_of_its_own_is_seen_though_it_is_given_back() -> None:
    before = size_of("RssAnon")
    with watched() as most:
        for _ in range(20):
            assert np.ones(50_000_000, np.uint8).sum() == 50_000_000
    assert before + 45_000_000 < most[0] < before + 200_000_000
