"""Behind PgBouncer: what docs/running.md says works, and what it says does not."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from domain.store.database import Database
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_reader import ReadModel
from tests.conftest import load_demo
from tests.support.hanging import wait_until
from tests.support.postgres import Server, migrate, name_of
from tests.support.served import free_port, served

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed here (Debian: apt-get install pgbouncer)"),
]


@contextmanager
def bouncer(address: str, mode: str, folder: Path) -> Iterator[str]:
    """The address of a database behind PgBouncer in a pooling mode, set as docs/running.md says."""
    port, host = free_port(), parse_qs(urlsplit(address).query)["host"][0]
    folder.chmod(0o755)
    users, config = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text('"postgres" ""\n')
    config.write_text(
        f"[databases]\n{name_of(address)} = host={host} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = trust\nauth_file = {users}\npool_mode = {mode}\nunix_socket_dir =\n"
        "ignore_startup_parameters = extra_float_digits,options\nmax_client_conn = 200\ndefault_pool_size = 20\n"
    )
    for made in (users, config):
        made.chmod(0o644)
    assert PGBOUNCER is not None
    asked = [PGBOUNCER, "-q", *(["-u", Path(host).owner()] if os.geteuid() == 0 else []), str(config)]
    with (folder / "log").open("wb") as log, subprocess.Popen(asked, stderr=log) as process:
        found = f"postgresql://postgres@127.0.0.1:{port}/{name_of(address)}"
        try:
            wait_until(lambda: answers(found, process), 0.1)
            yield found
        finally:
            process.terminate()
            process.wait(30)


def answers(address: str, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "pgbouncer has ended"
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def address(postgres: Server) -> str:
    found = postgres.fresh()
    migrate(found)
    load_demo(found)
    return found


def own_folder() -> Path:
    """A folder that another user may read: pytest's own are closed."""
    import tempfile

    return Path(tempfile.mkdtemp(prefix="caseaudit-bouncer-"))


def test_the_site_works_behind_it_in_session_mode(address: str, tmp_path: Path) -> None:
    folder = own_folder()
    try:
        with bouncer(address, "session", folder) as behind, served(
            tmp_path, "demo", "--samples-only", "--database", behind
        ) as site:  # fmt: skip
            session = site.signed_in("p.anstey")
            for _ in range(8):  # psycopg prepares a statement from its sixth run on
                for path in ("/", "/cases", "/cases/V465889/1", "/api/v1/openapi.json"):
                    assert site.get(path, cookies=session.cookies).status_code in (200, 302), (path, site.log())
            assert site.get("/readyz").json() == {"status": "ready"}
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize(("mode", "holds"), [("session", True), ("transaction", False)])
def test_the_lock_of_a_follower_holds_in_session_mode_alone(mode: str, holds: bool, address: str) -> None:
    folder = own_folder()
    try:
        with bouncer(address, mode, folder) as behind:
            one, two = ReadModel(behind), ReadModel(behind)
            with task_lock(Database.at(behind), one.writing, "follow") as mine:
                assert mine is not None
                with task_lock(Database.at(behind), two.writing, "follow") as other:
                    assert (other is None) is holds
            one.close()
            two.close()
    finally:
        shutil.rmtree(folder)
