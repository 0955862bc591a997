"""A resource: one subject of the API, with its operations. A module declares each of them with ``one`` or ``paged``.

From the declaration follow the check of the query, who may enter, the OpenAPI document, the docs page, ETags and the tests.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, Literal, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from domain.accounts.access_lines import Purpose
from domain.accounts.roles import MACHINES, PEOPLE, RIGHT_FOR, Right, Role
from web.api import answer_tags, paged_lists
from web.api.api_query import PageQuery, Query, QueryParser, ReadingQuery, ReceivedQuery
from web.api.paged_lists import Keys, Rows
from web.site import access_control, dear_pages, machines

View = TypeVar("View", bound=Callable[..., Any])

PREFIX = "/api/v1"

Read = Literal["undated", "dated", "received"]
"""Whether an operation is read as at a day; ``received``: as received here, too."""

READS: Mapping[Read, type[Query]] = {"undated": Query, "dated": ReadingQuery, "received": ReceivedQuery}

ERRORS = (400, 401, 403, 404, 429, 503)
"""What every operation may answer besides 422 and its own."""


class Resource(Blueprint):  # type: ignore[misc]
    """A subject of the API. ``purpose``: what it is read for, in the access log. ``tag``: its name in the docs.

    ``only_reads``: none of its operations changes anything, whatever its method. Then a session may ask them without the token
    of a form, which other sites cannot know: what is asked is sent as JSON, which they cannot send, and they see no answer.
    ``operations``: the operationIds of those that are declared. What a machine needs to read it
    follows from the purpose: ``RIGHT_FOR``.
    """

    ARGUMENTS_PARSER = QueryParser()

    def __init__(self, name: str, *, tag: str, description: str, purpose: Purpose, only_reads: bool = False):
        super().__init__(f"api_{name}", "web.api", url_prefix=PREFIX, description=description)
        self.tag, self.purpose, self.only_reads = tag, purpose, only_reads
        self.operations: list[str] = []
        self.after_request(answer_tags.tag)

    def one(
        self,
        rule: str,
        operation: str,
        answer: type[Schema] | Schema,
        *,
        roles: Sequence[Role] = (),
        query: type[Query] = Query,
        read: Read = "dated",
        path: Mapping[str, str] | None = None,
        dear: bool = False,
        example: Any = None,
        persons: bool = False,
    ) -> Callable[[View], View]:
        """Declare an operation that reads one thing: ``GET rule``.

        ``operation``: its operationId. ``roles``: who may enter (default: everybody who is signed in). ``path``: argument of the
        path -> an example of it. ``dear``: it counts much (``dear_pages``). ``persons``: it is of the person who asks, such as
        what they run or hold themselves, so that no machine has it. The view takes the query and the arguments of the path.
        """
        return self.operation(
            rule, operation, answer, roles=roles, query=_joined(operation, READS[read], query), read=read, path=path,
            dear=dear, example=example, persons=persons,
        )  # fmt: skip

    def paged(
        self,
        rule: str,
        operation: str,
        row: type[Schema],
        *,
        roles: Sequence[Role] = (),
        filters: type[Query] = Query,
        sort: Keys | None = None,
        default: str = "",
        read: Read = "dated",
        path: Mapping[str, str] | None = None,
        dear: bool = False,
        persons: bool = False,
    ) -> Callable[[View], View]:
        """Declare a list, given in pages. The view takes the query and gives ``Rows``.

        ``sort``: field -> the value of a row to sort by; the first upwards is the default, or ``default`` (``-field``: downwards).
        """
        keys, dated = sort or {}, read != "undated"
        asked = _joined(operation, READS[read], PageQuery, filters, **_sort(list(keys), default))

        def declare(view: View) -> View:
            @wraps(view)
            def page(query: dict[str, Any], **arguments: Any) -> dict[str, Any]:
                if keys:
                    query["sort"] = paged_lists.order_of(query["sort"])
                found: Rows[Any] = view(query, **arguments)
                return paged_lists.page_of(found, query, keys, dated=dated)

            answer = paged_lists.envelope_of(row, dated=dated)
            self.operation(
                rule, operation, answer, roles=roles, query=asked, read=read, path=path, dear=dear, persons=persons
            )(page)
            return view

        return declare

    def operation(
        self,
        rule: str,
        operation: str,
        answer: type[Schema] | Schema,
        *,
        roles: Sequence[Role] = (),
        query: type[Query] = Query,
        read: Read = "undated",
        path: Mapping[str, str] | None = None,
        dear: bool = False,
        example: Any = None,
        method: str = "GET",
        body: type[Schema] | None = None,
        status: int = 200,
        right: Right | None = None,
        persons: bool = False,
        errors: Sequence[int] = (),
        headers: Sequence[Mapping[str, Any]] = (),
        also: Mapping[int, str] | None = None,
        answered: Mapping[str, Any] | None = None,
        described: Mapping[str, Any] | None = None,
    ) -> Callable[[View], View]:
        """Declare any operation. ``body``: the schema of what is sent as JSON; the view takes it after the query.

        ``right``: what a machine needs (default: what reading this subject needs; of what changes something, nothing suffices).
        ``errors``: what it may answer besides; ``also``: a status with which it gives the same answer -> when. ``headers``: those
        of the request; ``answered``: those of the answer.
        ``described``: more for the OpenAPI document.
        """
        needed = right or (RIGHT_FOR.get(self.purpose) if method == "GET" and not persons else None)

        def declare(view: View) -> View:
            made = self.response(
                status, answer, headers=answer_tags.DESCRIBED if method == "GET" else answered, example=example
            )(view)
            for code in (*ERRORS, *errors):
                made = self.alt_response(code, HTTPStatus(code).name)(made)
            if method == "GET":
                made = self.alt_response(304, description="You have this answer already (If-None-Match).")(made)
            for code, words in (also or {}).items():
                made = self.alt_response(code, schema=answer, headers=answered, description=words)(made)
            if body is not None:
                made = self.arguments(body)(made)
            made = self.arguments(query, location="query")(made)
            people = [role for role in roles or PEOPLE if role not in MACHINES]
            said: dict[str, Any] = {"x-open-to": people, **({"x-machine-right": needed} if needed else {})}
            if not (people and needed):
                said["security"] = [{"session": []} if people else {"bearer": []}]
            made = self.doc(operationId=operation, **said, **(described or {}))(made)
            made = access_control.open_to(*roles)(made)
            made = machines.open_to_machines(needed)(made) if needed else made
            made.offers_received = read == "received"
            made = dear_pages.dear(made) if dear else made
            parameters = [*_path(path or {}), *headers, *([answer_tags.IF_NONE_MATCH] if method == "GET" else [])]
            self.operations.append(operation)
            self.route(rule, methods=[method], parameters=parameters, tags=[self.tag])(made)
            return view

        return declare


def _joined(operation: str, *parts: type[Query], **more: fields.Field[Any]) -> type[Query]:
    """One query of several; the parameters of the last come first."""
    bases = tuple(dict.fromkeys(part for part in parts if part is not Query)) or (Query,)
    return type(f"{operation[0].upper()}{operation[1:]}Query", bases, more)


def _sort(keys: Sequence[str], default: str) -> dict[str, fields.Field[Any]]:
    if not keys:
        return {}
    words = paged_lists.sort_words(keys)
    return {
        "sort": fields.String(
            load_default=default or keys[0],
            validate=validate.OneOf(words, error="It must be one of: {choices}."),
            metadata={
                "description": "The field to sort by; with a minus before it downwards. Rows without a value come last.",
                "example": keys[0],
            },
        )
    }


def _path(examples: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"in": "path", "name": name, "required": True, "description": f"For example `{example}`.", "example": example}
        for name, example in examples.items()
    ]
