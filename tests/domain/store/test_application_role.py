"""Two roles on PostgreSQL: as the application's, everything works that the site and commands do, and nothing else."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result

from domain.store.application import Files
from domain.store.application_role import RIGHTS
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from tests.support.forms import fill, record
from tests.support.people import MANAGER, signed_in
from tests.support.postgres import Server, sql
from tests.web.recording.test_recording_pages import URL
from web.app import create_app
from web.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def as_role(address: str, role: str) -> str:
    return address.replace("//postgres:@", f"//{role}@").replace("//postgres@", f"//{role}@")


@pytest.fixture
def role(postgres: Server) -> Iterator[str]:
    name = f"application_{uuid4().hex}"  # roles are those of the server, which the workers of the tests share
    sql(postgres.address, f"CREATE ROLE {name} LOGIN")
    yield name
    sql(postgres.address, f"DROP ROLE {name}")


@pytest.fixture
def owned(postgres: Server, template_postgres: str, role: str) -> Iterator[str]:
    """The demo database, in which the role has the rights of the application."""
    address = postgres.fresh(template_postgres)
    granted = run("migrate", "--application-role", role, "--database", address)
    assert granted.exit_code == 0, granted.output
    assert f"{role} has the rights of the application" in granted.output
    yield address
    postgres.drop(address)


@pytest.mark.slow
def test_the_whole_site_works_as_the_application(owned: str, role: str, sample_files: Path) -> None:
    address = as_role(owned, role)
    assert sql(address, "SELECT current_user") == [(role,)]
    app = create_app(address, today=lambda: date(2005, 12, 22), demo=True)
    manager = signed_in(app, MANAGER)
    for path in ("/desk", "/cases", "/reports", "/matrix", "/cases/V465889/1", "/cases/download/csv"):
        assert manager.get(path).status_code == 200, path
    officer = signed_in(app, "p.anstey")
    before = sql(owned, "SELECT position FROM stored_events_head")
    assert record(officer, fill(officer, f"{URL}/record/TierSet", tier="4")).status_code == 302
    assert sql(owned, "SELECT position FROM stored_events_head") != before
    assert run("import", str(sample_files), "--database", address).exit_code == 0
    assert run("rebuild", "--processes", "1", "--database", address).exit_code == 0
    assert run("rebuild", "--processes", "1", "--verify", "--database", address).exit_code == 0
    assert run("verify", "--database", address).exit_code == 0
    with closing(ReadModel(address)) as views:
        catch_up(views)
        assert views.lag().entries == 0


def test_an_import_stores_as_the_application(postgres: Server, role: str, sample_files: Path) -> None:
    address = postgres.prepared()
    assert run("migrate", "--application-role", role, "--database", address).exit_code == 0
    done = run("import", str(sample_files), "--database", as_role(address, role))
    assert done.exit_code == 0, done.output
    with closing(Files.open(as_role(address, role))) as files:
        assert files.recorder.head()[0] > 10_000
    postgres.drop(address)


LOGS = ("stored_events", "access_lines", "access_lists", "access_listed", "access_names", "requests",
        "request_decisions")  # fmt: skip
FORBIDDEN = [
    *(f"{act} {table}" for table in LOGS for act in ("DELETE FROM", "TRUNCATE")),
    "UPDATE stored_events SET actor = 'me'",
    "UPDATE access_lines SET detail = ''", "UPDATE access_lists SET size = 0", "UPDATE access_names SET name = ''",
    "UPDATE access_keys SET month = ''",
    "INSERT INTO stored_events SELECT * FROM stored_events LIMIT 1 ON CONFLICT (notification_id) DO UPDATE SET actor = 'me'",
    "DELETE FROM stored_events_head", "INSERT INTO stored_events_head VALUES (true, 0, '')", "TRUNCATE stored_events_head",
    "UPDATE stored_events_head SET only_row = only_row",
    "UPDATE stored_events_steps SET number = 9", "DELETE FROM stored_events_steps",
    "DELETE FROM accounts", "TRUNCATE accounts", "DELETE FROM settings",
    *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in (*LOGS, "accounts")),
    "ALTER TABLE stored_events ADD COLUMN more text", "DROP TABLE stored_events", "DROP TABLE access_lines", "DROP TABLE views",
    "DROP TRIGGER stored_events_no_change ON stored_events", "DROP INDEX stored_events_beginnings",
    "CREATE TRIGGER mine BEFORE INSERT ON stored_events FOR EACH ROW EXECUTE FUNCTION stored_events_refuse()",
    "CREATE OR REPLACE FUNCTION stored_events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE RULE mine AS ON INSERT TO stored_events DO INSTEAD NOTHING",
    "DO $$ BEGIN LOCK TABLE stored_events IN EXCLUSIVE MODE; END $$",
    "SET session_replication_role = replica", "SET ROLE postgres",
    "SELECT setval('stored_events_notification_id_seq', 1)", "ALTER SEQUENCE stored_events_notification_id_seq RESTART",
    "ALTER SYSTEM SET fsync = off", "CREATE TABLE mine (a int)",
]  # fmt: skip


def test_what_is_forbidden_is_refused_to_the_application(owned: str, role: str) -> None:
    before = sql(owned, "SELECT count(*), (SELECT position FROM stored_events_head) FROM stored_events")
    for statement in FORBIDDEN:
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidGrantOperation)):
            sql(as_role(owned, role), statement)
            pytest.fail(statement)
    assert sql(owned, "SELECT count(*), (SELECT position FROM stored_events_head) FROM stored_events") == before


def test_every_table_has_its_rights(owned: str) -> None:
    names = {name for (name,) in sql(owned, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}
    assert names == RIGHTS.keys() - {"access_log"}


def test_rights_are_given_again_when_the_views_are_made_anew(owned: str, role: str) -> None:
    sql(owned, "UPDATE views SET made_by = 'another version'", f"GRANT DELETE ON stored_events TO {role}")
    for _ in range(2):
        assert f"{role} has the rights" in run("migrate", "--database", owned).output
    with closing(ReadModel(as_role(owned, role))) as views:
        catch_up(views)
        assert views.position > 10_000
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sql(as_role(owned, role), "DELETE FROM stored_events")


def test_the_application_cannot_migrate(owned: str, role: str) -> None:
    done = run("migrate", "--application-role", role, "--database", as_role(owned, role))
    assert done.exit_code == 1 and "run it as the owner of the tables" in done.output


@pytest.mark.parametrize("unfit", ["postgres", "nobody_at_all"])
def test_a_role_that_nothing_would_bind_is_refused(owned: str, unfit: str) -> None:
    done = run("migrate", "--application-role", unfit, "--database", owned)
    assert done.exit_code == 2
    assert unfit in done.output


def test_a_right_by_another_way_is_warned_of(owned: str, role: str) -> None:
    sql(owned, "GRANT DELETE ON accounts TO PUBLIC")
    done = run("migrate", "--database", owned)
    assert f"{role} may still DELETE accounts" in done.output
    sql(owned, "REVOKE DELETE ON accounts FROM PUBLIC")


def test_a_file_knows_no_roles(tmp_path: Path) -> None:
    assert run("migrate", "--application-role", "a", "--database", str(tmp_path / "a.sqlite")).exit_code == 2


def test_who_prepares_or_restores_as_the_application_is_told_to_be_the_owner(
    postgres: Server, owned: str, role: str, tmp_path: Path
) -> None:
    empty = postgres.fresh()
    assert run("backup", str(tmp_path / "b"), "--database", owned).exit_code == 0
    for asked in (
        ("migrate", "--database", as_role(empty, role)), ("migrate", "--database", as_role(owned, role)),
        ("restore", str(tmp_path / "b"), as_role(empty, role), "--goes-on"),
    ):  # fmt: skip
        told = run(*asked)
        assert told.exit_code == 1 and isinstance(told.exception, SystemExit)
        assert "permission denied" in told.output and "run it as the owner of the tables" in told.output
    postgres.drop(empty)
