"""Every operation of the API, asked at random by schemathesis with all its checks, each by somebody to whom it is open.

Operations are found in the resources: one that is added is asked from then on.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis import AuthContext, Case, engine

from domain.accounts.roles import Role
from tests.support.depth import times
from tests.support.people import session_of, signed_in
from tests.support.site_pages import STAFF
from web.api.json_api import RESOURCES

OPERATIONS = [operation for module in RESOURCES for operation in module.blueprint.operations]


@cache
def cookie(app: Flask, roles: tuple[Role, ...]) -> Mapping[str, str]:
    """The session of the first account of the demonstration that has one of these roles."""
    who = next(name for name, role in STAFF.items() if role in roles)
    kept = session_of(signed_in(app, who))
    return {kept["name"]: kept["value"]}


@pytest.fixture
def described(demo_app: Flask, address: str) -> Any:
    found = schemathesis.openapi.from_dict(signed_in(demo_app, "c.whitlock").get("/api/v1/openapi.json").json)
    found.config.update(base_url=address)

    @found.auth()
    class Session:
        def get(self, _: Case, ctx: AuthContext) -> Mapping[str, str]:
            return cookie(demo_app, tuple(ctx.operation.definition.raw["x-open-to"]))

        def set(self, case: Case, data: Mapping[str, str], _: AuthContext) -> None:
            case.cookies = {**(case.cookies or {}), **data}

    return found


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_answer_differs_from_its_description(described: Any, operation: str) -> None:
    one = described.include(operation_id=operation)
    one.config.generation.update(max_examples=times(100), deterministic=True)
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
