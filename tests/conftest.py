"""What tests share: the demo database, loaded once a run by the ordinary command; a copy for whoever writes to it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from zlib import crc32

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import settings

from domain.store import database, erased_marks, preparation
from domain.store.application import Files
from domain.store.database import Database, log_database
from projections.cases.case_repository import CaseRepository
from projections.read_model.column_base import columns_folder
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_this_process
from tests.support.cheap import cheap
from tests.support.depth import SHARE, deep, fresh_seed
from tests.support.once import made_once, share_folder, shared
from tests.support.postgres import Server, running
from web.app import create_app
from web.cli import main
from web.site import request_ids

settings.load_profile("quick")


@pytest.hookimpl(trylast=True)  # the profile that was asked for is loaded by then
def pytest_configure(config: pytest.Config) -> None:
    share_folder(config)
    if deep():
        fresh_seed()


def pytest_report_header() -> str | None:
    return (
        f"deep: all examples, from fresh seeds; to repeat this run: CASEAUDIT_SEED={fresh_seed()}" if deep() else None
    )


@pytest.fixture(scope="session", autouse=True)
def _cheap() -> Iterator[None]:
    with cheap():
        yield


@pytest.fixture
def plain_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """New records keep texts as they are given: for tests that compare entries, or bytes, as they are stored."""
    monkeypatch.setattr(preparation, "SEALS_NEW_RECORDS", False)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cannot connect is told soon: for tests in which the database is away."""
    monkeypatch.setattr(database, "CONNECT_SECONDS", 2)


@pytest.fixture(scope="session")
def sample_files() -> Path:
    """The folder with the two samples' interchange files."""
    from web.demo import write_samples

    return made_once("samples", write_samples)


def load_demo(address: str) -> None:
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--samples-only", "--database", address])
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="session")
def template() -> Path:
    """A database as ``caseaudit demo`` has loaded it, which no test opens: for copies."""
    return made_once("loaded", lambda folder: load_demo(str(folder / "demo.sqlite"))) / "demo.sqlite"


@pytest.fixture(scope="session")
def loaded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo database as it was loaded: nobody signs in to it."""
    return copied(template, tmp_path_factory.mktemp("loaded"))


@pytest.fixture(scope="session")
def followed(template: Path) -> Path:
    """The same, its lists up to date and its columns in files, which no test opens: for copies of who reads lists and writes."""
    return made_once("followed", lambda folder: follow(str(copied(template, folder)))) / template.name


def follow(address: str) -> None:
    """Bring the lists up to date; of a database that is a file, make the files of columns that stand beside it."""
    with closing(ReadModel(address)) as views:
        catch_up(views)
        if views.database.kind == "sqlite":
            ColumnMaker(views, columns_folder(views.database), in_this_process).make()


@pytest.fixture(scope="session")
def demo_database(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy that all tests look at. Sign-ins and visits pile up in its access log; to write, take ``own_database``."""
    return copied(template, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo_app(demo_database: Path) -> Flask:
    """The demonstration's site on the last day of its record, for all who only look at it."""
    return create_app(str(demo_database), today=lambda: date(2005, 12, 22), demo=True)


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
    """Tests marked ``both`` run once on each database, unless they say themselves on which.

    What keeps entries and accounts (``tests/domain``) runs on PostgreSQL always. Of the tests of what reaches a database
    through it, a third does, and an eighth of those of pages; in a deep run all of them.
    """
    chosen = any("kind" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if metafunc.definition.get_closest_marker("both") and "kind" in metafunc.fixturenames and not chosen:
        path = str(metafunc.definition.path)
        share = 1 if deep() or "/tests/domain/" in path else SHARE if "/tests/web/" in path else 3
        left_out = crc32(metafunc.definition.name.encode()) % share
        metafunc.parametrize("kind", ["sqlite"] if left_out else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """Which database this test runs on."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all workers of the run; each names its databases for itself."""
    with running(shared() / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
def template_postgres(postgres: Server) -> str:
    """The name of the demo database on PostgreSQL, which no test opens: for copies."""
    return postgres.template("loaded", load_demo, of=postgres.migrated())


@pytest.fixture(scope="session")
def followed_postgres(postgres: Server, template_postgres: str) -> str:
    """The same, its lists up to date."""
    return postgres.template("followed", follow, of=template_postgres)


@pytest.fixture(scope="session")
def loaded_postgres(postgres: Server, template_postgres: str) -> str:
    """The demo database on PostgreSQL as it was loaded."""
    return postgres.fresh(template_postgres)


@pytest.fixture(scope="session")
def demo_app_postgres(postgres: Server, template_postgres: str) -> Flask:
    """As ``demo_app``, on PostgreSQL."""
    return create_app(postgres.fresh(template_postgres), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture
def seen_app(kind: str, request: pytest.FixtureRequest) -> Flask:
    """The demonstration's site on the database of this test, for who only looks at it."""
    app: Flask = request.getfixturevalue("demo_app" if kind == "sqlite" else "demo_app_postgres")
    return app


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes a copy of the demo database of a kind, its lists up to date: for what many tests of one module only look at."""

    def copy(kind: str) -> str:
        if kind == "sqlite":
            return str(copied(request.getfixturevalue("followed"), tmp_path_factory.mktemp("copy")))
        server: Server = request.getfixturevalue("postgres")
        return server.fresh(request.getfixturevalue("followed_postgres"))

    return copy


@pytest.fixture(autouse=True)
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a test marks who was erased: databases that are copies of one are one record, and would share the marks."""
    monkeypatch.setenv(erased_marks.IN_FILE, str(tmp_path / "marks.erased"))
    return tmp_path / "marks.erased"


@pytest.fixture
def own_database(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path | str]:
    """A fresh copy of the demo database to write to, its lists up to date."""
    if kind == "sqlite":
        yield copied(request.getfixturevalue("followed"), tmp_path)
        return
    server: Server = request.getfixturevalue("postgres")
    address = server.fresh(request.getfixturevalue("followed_postgres"))
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
    """A copy of a database in this folder, with what lies beside it: the access log, what is not written into it yet, columns."""
    log = Path(log_database(Database.at(str(database))).path)
    for part in (*database.parent.glob(f"{database.name}*"), *database.parent.glob(f"{log.name}*")):
        (shutil.copytree if part.is_dir() else shutil.copy)(part, folder / part.name)
    return folder / database.name


@pytest.fixture
def same_request_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """All requests have the same number, so that error pages can be compared."""
    monkeypatch.setattr(request_ids, "new_id", lambda: "0" * 32)
