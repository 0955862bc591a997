"""Ids of entries in addresses. A source may give an entry any id, with a slash, a dot or a question mark in it."""

from urllib.parse import quote, unquote

from flask import Flask
from werkzeug.routing import BaseConverter


class EntryId(BaseConverter):
    """``<entry:name>`` in a route. What a path cannot hold is encoded twice, since servers decode a path once before routing."""

    regex = "[^/]{1,1800}"

    def to_python(self, value: str) -> str:
        return unquote(value)

    def to_url(self, value: str) -> str:
        inner = quote(value, safe="-_~:#") if value.strip(".") else value.replace(".", "%2E")
        return quote(inner, safe="")


def attach(app: Flask) -> None:
    """Make ``<entry:name>`` known to the routes of the app."""
    app.url_map.converters["entry"] = EntryId
