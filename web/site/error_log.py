"""The log of what failed on the site: which view, what kind of error and where it arose; nothing of what was asked for."""

from typing import Any

from flask import Flask, request

from domain.error_traces import trace_of


def attach(app: Flask) -> None:
    """Write errors that no view handles to the app's log in this form, in place of Flask's."""

    def log_exception(found: Any) -> None:
        app.logger.error("%s %s failed: %s", request.method, request.endpoint or "no page", trace_of(found[1]))

    app.log_exception = log_exception  # type: ignore[method-assign, assignment]
