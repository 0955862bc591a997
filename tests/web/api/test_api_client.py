"""A client that openapi-python-client makes of the description reads from a live server."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from tests.support.people import session_of, signed_in

NAME = "caseaudit_client"


@pytest.fixture(scope="module")
def made(demo_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the client, which can be imported while the tests run."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_bytes(signed_in(demo_app, "c.whitlock").get("/api/v1/openapi.json").data)
    wanted = ConfigFile(post_hooks=[], content_type_overrides={"application/x-ndjson": "application/octet-stream"})
    config = Config.from_sources(wanted, MetaType.NONE, document, "utf-8", True, folder / NAME)
    said = generate(config=config)
    assert not said, said
    sys.path.insert(0, str(folder))
    yield folder / NAME
    sys.path.remove(str(folder))
    for name in [one for one in sys.modules if one.partition(".")[0] == NAME]:
        del sys.modules[name]


def part(name: str) -> Any:
    return importlib.import_module(f"{NAME}.{name}")


def test_every_operation_is_a_function_of_the_client(made: Path, demo_app: Flask) -> None:
    paths = signed_in(demo_app, "c.whitlock").get("/api/v1/openapi.json").json["paths"]
    operations = [one for item in paths.values() for one in item.values() if isinstance(one, dict)]
    modules = {path.stem for path in made.glob("api/*/*.py") if path.stem != "__init__"}
    assert len(modules) == len(operations) >= 4


def test_the_client_reads(made: Path, demo_app: Flask, address: str) -> None:
    kept = session_of(signed_in(demo_app, "c.whitlock"))
    with part("client").Client(base_url=address, cookies={kept["name"]: kept["value"]}) as client:
        reports = part("api.reports.list_reports").sync(client=client)
        assert "contact" in [one.id for one in reports]
        found = part("api.reports.get_report").sync("contact", client=client, of="team:Gloucester", as_at="2005-10-03")
        assert (found.report, found.of, str(found.as_at)) == ("contact", "team:Gloucester", "2005-10-03")
        row = found.sheets[0].rows[0]
        assert {column.name for column in found.sheets[0].columns} == set(row.additional_properties)
        wrong = part("api.reports.get_report").sync("nothing", client=client)
        assert type(wrong).__name__ == "Problem" and wrong.status == 404 and "nothing" in wrong.detail


def test_who_is_not_signed_in_is_told_so(made: Path, address: str) -> None:
    with part("client").Client(base_url=address) as client:
        answer = part("api.reports.list_reports").sync_detailed(client=client)
        assert (answer.status_code, answer.parsed.title) == (401, "Unauthorized")
