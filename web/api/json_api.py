"""The API: what pages show, as JSON, for other systems. An OpenAPI document describes it, and a page is made from that.

It uses the roles, the reach of cases, the disclosure and the access log of the pages.
"""

import threading
from http import HTTPStatus
from types import ModuleType
from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_smorest.utils import prepare_response
from marshmallow import fields

from domain import __version__
from web.api import (
    access_log_resources,
    account_resources,
    api_docs_page,
    case_resources,
    caseload_resources,
    change_resources,
    changed_resources,
    desk_resources,
    entry_resources,
    finding_resources,
    handbook_resources,
    inspection_resources,
    interest_resources,
    matrix_resources,
    officer_resources,
    pack_resources,
    process_resources,
    reading_resources,
    replay_resources,
    report_resources,
    search_resources,
    source_resources,
)
from web.api.api_conventions import ABOUT
from web.api.api_query import Answer
from web.api.resources import PREFIX, Resource
from web.services import warming
from web.site import access_control, machines, problems

RESOURCES: tuple[ModuleType, ...] = (
    caseload_resources,
    search_resources,
    case_resources,
    replay_resources,
    matrix_resources,
    desk_resources,
    changed_resources,
    officer_resources,
    report_resources,
    process_resources,
    pack_resources,
    inspection_resources,
    reading_resources,
    interest_resources,
    finding_resources,
    handbook_resources,
    change_resources,
    entry_resources,
    account_resources,
    source_resources,
    access_log_resources,
)
"""The modules of all resources, in the order of the docs. Each has a ``blueprint``, a ``Resource``."""

DOCUMENT = "api-docs.openapi_json"


class ProblemSchema(Answer):
    """What is wrong, after RFC 9457. Every error has this form."""

    type = fields.String(
        required=True, metadata={"description": "The kind, as an address of the docs.", "format": "uri-reference"}
    )
    title = fields.String(required=True, metadata={"description": "The kind in words.", "example": "Not Found"})
    status = fields.Integer(required=True, metadata={"description": "The HTTP status.", "example": 404})
    detail = fields.String(required=True, metadata={"description": "What is wrong here, and what to do."})
    instance = fields.String(required=True, metadata={"description": "The path asked for.", "format": "uri-reference"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={
            "description": "Field or parameter -> what is wrong with it and what was expected. Empty where none is to blame."
        },
    )
    request_id = fields.String(
        metadata={"description": "The id of the request, where it has one: tell it to who runs the service."}
    )


class JsonApi(Api):  # type: ignore[misc]
    """The API object: errors are problems, which ``web.site`` answers; a tag is a resource's own word.

    What takes long is worked out when it is first asked for: the description of all operations.
    """

    def __init__(self, app: Flask, **options: Any):
        self._undescribed: list[Resource] = []
        self._describing = threading.Lock()
        super().__init__(app, **options)

    def _register_error_handlers(self) -> None:
        pass

    def _register_responses(self) -> None:
        self.spec.components.schema("Problem", schema=ProblemSchema)
        for status in HTTPStatus:
            if status >= HTTPStatus.BAD_REQUEST:
                self._register_problem(status.name, status.phrase)
        self._register_problem("DEFAULT_ERROR", "Any other error")

    def _register_problem(self, name: str, words: str) -> None:
        described = {"description": f"{words}: a problem.", "schema": ProblemSchema}
        prepare_response(described, self.spec, problems.MEDIA_TYPE)
        self.spec.components.response(name, described, lazy=True)

    def add(self, resource: Resource) -> None:
        """Serve a resource."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][resource.name] = self
        self._app.register_blueprint(resource)
        if resource.only_reads:
            self._app.extensions["csrf"].exempt(resource)
        self._undescribed.append(resource)

    def describe(self) -> None:
        """Take the resources added into the OpenAPI document."""
        with self._describing:
            while self._undescribed:
                resource = self._undescribed.pop(0)
                resource.register_views_in_doc(self, self._app, self.spec, name=resource.name, parameters=None)
                self.spec.tag({"name": resource.tag, "description": resource.description})

    def document(self) -> dict[str, Any]:
        """The OpenAPI document of the resources added."""
        self.describe()
        found: dict[str, Any] = self.spec.to_dict()
        return found


def attach(app: Flask) -> None:
    """Serve the API, its description ``/api/v1/openapi.json`` and the page made from that, ``/api/v1/docs``."""
    app.config.update(
        API_TITLE="caseaudit", API_VERSION=__version__, OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json", OPENAPI_SWAGGER_UI_PATH=None,
    )  # fmt: skip
    api = JsonApi(
        app, spec_kwargs={"info": {"description": ABOUT}, "servers": [{"url": "/", "description": "This service."}]}
    )
    for name, scheme in _schemes(app).items():
        api.spec.components.security_scheme(name, scheme)
    api.spec.options["security"] = [{"session": []}, {"bearer": []}]
    for module in RESOURCES:
        api.add(module.blueprint)
    described = app.view_functions[DOCUMENT]

    @access_control.open_to()
    @machines.open_to_machines()
    def document() -> Any:
        api.describe()
        return described()

    app.view_functions[DOCUMENT] = document
    app.extensions[api_docs_page.DOCUMENT] = api.document
    warming.add(app, api.describe)
    app.register_blueprint(api_docs_page.blueprint)


def _schemes(app: Flask) -> dict[str, dict[str, str]]:
    """How somebody shows who they are."""
    return {
        "session": {
            "type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"],
            "description": "The session of somebody who signed in on the site: the same account, the same limits.",
        },
        "bearer": {
            "type": "http", "scheme": "bearer",
            "description": "The token of a machine account, in the header Authorization.",
        },
    }  # fmt: skip
