"""Problems: the errors of the API in the form of RFC 9457 (``application/problem+json``). Pages have ``error_pages``."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from web.site import request_ids

MEDIA_TYPE = "application/problem+json"

UNDER = "/api/"
"""The addresses whose errors are problems."""

PAGES = frozenset(("api_docs.index",))
"""The views under those addresses that are pages all the same."""

KINDS = "/api/v1/docs#problem-{}"
"""The type of a problem: where its status is explained."""

_OURS = ("content-type", "content-length")
"""Headers of an error that its body decides."""


def asked_for() -> bool:
    """Whether errors of this request are answered as problems."""
    return request.path.startswith(UNDER) and request.endpoint not in PAGES


def document(
    status: int, detail: str, instance: str, errors: Mapping[str, Sequence[str]] | None = None, request_id: str = ""
) -> dict[str, Any]:
    """A problem. ``instance``: the path asked for; ``errors``: field -> what is wrong with it and what was expected."""
    made: dict[str, Any] = {
        "type": KINDS.format(status), "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
        "instance": quote(instance), "errors": {name: list(texts) for name, texts in (errors or {}).items()},
    }  # fmt: skip
    return made | ({"request_id": request_id} if request_id else {})


def refusal(environ: Mapping[str, Any], status: int, words: str) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of what is refused before the app reads it: a problem for the API, for all others plain text."""
    path = str(environ.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace")
    given = str(environ.get(request_ids.IN_ENVIRON, ""))
    plain = f"{words}Number of this request: {given}\n" if given else words
    made = json.dumps(document(status, words.strip(), path, request_id=given)) if path.startswith(UNDER) else plain
    kind = MEDIA_TYPE if path.startswith(UNDER) else "text/plain; charset=utf-8"
    body = made.encode()
    return [("Content-Type", kind), ("Content-Length", str(len(body))), ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store")], body  # fmt: skip


def problem(
    status: int,
    detail: str,
    errors: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to this request that says what is wrong with it, or with the service."""
    made = document(status, detail, request.path, errors, request_ids.request_id())
    answer = Response(json.dumps(made), status, headers, mimetype=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers.setdefault("WWW-Authenticate", "Bearer")
    return answer


def of_error(error: HTTPException, detail: str) -> Response:
    """The problem of an HTTP error, with its headers (``Allow``, ``Retry-After``) and what is wrong with each field."""
    errors = _by_field(getattr(error, "data", {}).get("messages", {}))
    own = {name: text for name, text in error.get_headers() if name.lower() not in _OURS}
    return problem(error.code or 500, in_words(errors) or detail, errors, own)


def in_words(errors: Mapping[str, Sequence[str]]) -> str:
    """What is wrong with each field, as one line."""
    return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in errors.items())


def _by_field(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong by field, whether it stood in the query or the body (``entries.0.type`` for what is nested)."""
    found: dict[str, list[str]] = {}
    for part in messages.values():
        _collect(part, "", found)
    return found


def _collect(part: Any, name: str, found: dict[str, list[str]]) -> None:
    if isinstance(part, Mapping):
        for key, inner in part.items():
            _collect(inner, f"{name}.{key}" if name else str(key), found)
    else:
        found.setdefault(name, []).extend([part] if isinstance(part, str) else map(str, part))
