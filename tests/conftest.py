"""The demo database, loaded once a run by the ordinary command, and copied for whoever writes to it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings

from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from tests.support.postgres import Server, name_of, running
from web.cli import main

# How long anything takes, drawing included, is for benchmarks: a busy machine must fail no test.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the two samples' interchange files."""
    from web.demo import write_samples

    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as ``caseaudit demo`` has loaded it, which nobody opens: for copies."""
    path = tmp_path_factory.mktemp("loaded") / "demo.sqlite"
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--database", str(path)])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="session")
def demo_database(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy that all tests look at. Sign-ins and visits pile up in its access log; to write, take ``own_database``."""
    return copied(loaded, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo_book(demo_database: Path) -> Iterator[CaseRepository]:
    files = Files.open(str(demo_database))
    yield CaseRepository(files)
    files.close()


@pytest.fixture(scope="session")
def demo_views(demo_database: Path) -> Iterator[ReadModel]:
    views = ReadModel(str(demo_database))
    catch_up(views)
    yield views
    views.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked ``both`` run once on each database."""
    if metafunc.definition.get_closest_marker("both") and "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """Which database this test runs on."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def loaded_postgres(postgres: Server) -> str:
    """The demo database on PostgreSQL, for copies."""
    address = postgres.prepared()
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--database", address])
    assert result.exit_code == 0, result.output
    return address


@pytest.fixture
def own_database(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path | str]:
    """A fresh copy of the demo database to write to."""
    if kind == "sqlite":
        yield copied(request.getfixturevalue("loaded"), tmp_path)
        return
    server: Server = request.getfixturevalue("postgres")
    address = server.fresh(name_of(request.getfixturevalue("loaded_postgres")))
    yield address
    server.drop(address)


@pytest.fixture
def empty_database(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if kind == "sqlite":
        yield str(tmp_path / "case.sqlite")
        return
    server: Server = request.getfixturevalue("postgres")
    address = server.prepared()
    yield address
    server.drop(address)


def copied(database: Path, folder: Path) -> Path:
    for part in database.parent.glob(database.name + "*"):
        shutil.copy(part, folder / part.name)
    return folder / database.name
