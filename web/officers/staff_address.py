"""Staff keys and the keys of places in addresses: any text, a slash and dots too."""

from urllib.parse import unquote

from flask import Flask
from werkzeug.routing import UnicodeConverter


class StaffKey(UnicodeConverter):
    """A key as one part of an address. A slash would end the part, and browsers drop one that is dots alone: both are escaped
    twice, and so is the per cent sign by which that is told.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value, errors="replace")

    def to_url(self, value: str) -> str:
        escaped = value.replace("%", "%25").replace("/", "%2F")
        return super().to_url(escaped.replace(".", "%2E") if not escaped.strip(".") else escaped)


def attach(app: Flask) -> None:
    """Let routes name keys: ``<staff:key>``."""
    app.url_map.converters["staff"] = StaffKey
