"""Every operation of the API, asked at random by schemathesis with all its checks, each by somebody to whom it is open.

What is open to machines alone is asked with a token, on a copy of the demonstration: it writes.

Operations are found in the resources: one that is added is asked from then on.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis import AuthContext, Case, engine

from domain.accounts.roles import Role
from tests.support.depth import deep, times
from tests.support.machine_clients import opened
from tests.support.people import session_of, signed_in
from tests.support.site_pages import STAFF
from tests.web.api.conftest import served
from tests.web.site.test_access_control import TODAY
from web.api import entry_resources
from web.api.json_api import RESOURCES
from web.app import create_app
from web.site import machines

Noted = Callable[[str, object], None]
"""Notes something of a test in the file that ``--junitxml`` names."""

PATIENCE = 120
"""Seconds in which an answer must come: how long it takes is for benchmarks, on a quiet machine."""

OPERATIONS = [operation for module in RESOURCES for operation in module.blueprint.operations]


@pytest.fixture(autouse=True)
def many_wrong_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many wrong tokens from one place would be delayed: whether they are refused is what is asked here."""
    monkeypatch.setattr(machines, "FREE_FROM_ONE_PLACE", 1_000_000)


@cache
def cookie(app: Flask, roles: tuple[Role, ...]) -> Mapping[str, str]:
    """The session of the first account of the demonstration that has one of these roles."""
    who = next(name for name, role in STAFF.items() if role in roles)
    kept = session_of(signed_in(app, who))
    return {kept["name"]: kept["value"]}


@pytest.fixture
def described(demo_app: Flask, address: str) -> Any:
    document = signed_in(demo_app, "c.whitlock").get("/api/v1/openapi.json").get_data(as_text=True)
    found = schemathesis.openapi.from_dict(json.loads(document.replace("X123456", "V465889")))  # a case that is there
    found.config.update(base_url=address, request_timeout=PATIENCE)

    @found.auth()
    class Session:
        def get(self, _: Case, ctx: AuthContext) -> Mapping[str, str]:
            return cookie(demo_app, tuple(ctx.operation.definition.raw["x-open-to"]))

        def set(self, case: Case, data: Mapping[str, str], _: AuthContext) -> None:
            case.cookies = {**(case.cookies or {}), **data}

    return found


def for_machines(operation: str) -> bool:
    """Whether an operation is open to machines alone."""
    return operation in entry_resources.blueprint.operations


@pytest.fixture
def machine_described(own_database: Any) -> Iterator[Any]:
    app = create_app(str(own_database), today=lambda: TODAY, demo=True)
    app.extensions["machine limits"] = machines.Limits(calls=100_000)
    feed = opened(app)
    with served(app) as address:
        found = schemathesis.openapi.from_dict(feed.get("/api/v1/openapi.json").json)
        found.config.update(base_url=address, request_timeout=PATIENCE)

        @found.auth()
        class Token:
            def get(self, _: Case, ctx: AuthContext) -> Mapping[str, str]:
                return feed.headers

            def set(self, case: Case, data: Mapping[str, str], _: AuthContext) -> None:
                case.headers = {**(case.headers or {}), **data}

        yield found


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if for_machines(one)])
def test_no_answer_to_a_machine_differs_from_its_description(
    machine_described: Any, operation: str, record_property: Noted
) -> None:
    checks = machine_described.config.checks
    others = {  # entries made at random cannot be stored, and name the version of a case seldom rightly
        "positive_data_acceptance": ("412", "422"), "negative_data_rejection": ("412",), "missing_required_header": ("428",),
    }  # fmt: skip
    for check, statuses in others.items():
        one = getattr(checks, check)
        one.expected_statuses = [*one.expected_statuses, *statuses]
    record_property("asked", check_all(machine_described, operation))


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if not for_machines(one)])
def test_no_answer_differs_from_its_description(described: Any, operation: str, record_property: Noted) -> None:
    record_property("asked", check_all(described, operation))


def check_all(described: Any, operation: str) -> int:
    """How many requests were sent. Fail where a check fails on any answer. A deep run also tries every bound and follows links."""
    one = described.include(operation_id=operation)
    one.config.generation.update(max_examples=times(100), deterministic=not deep())
    for phase in (one.config.phases.coverage, one.config.phases.stateful):  # hundreds of requests an operation
        phase.enabled = deep()
    if deep():
        one.config.seed = int(os.environ["CASEAUDIT_SEED"])
    asked, wrong = 0, []
    for event in engine.from_schema(one).execute():
        if recorder := getattr(event, "recorder", None):
            asked += len(recorder.interactions)
            wrong += [f"{check.name}: {check.failure_info.failure}" for checks in recorder.checks.values() for check in checks
                      if check.failure_info]  # fmt: skip
        elif isinstance(event, engine.events.NonFatalError | engine.events.FatalError):
            wrong.append(str(event))
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    assert asked > 10
    return asked
