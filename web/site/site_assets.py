"""Assets under ``/assets``: our own have a hash of their content in the address, so that browsers may keep them."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

FOLDER = Path(__file__).parents[1] / "assets"


@cache
def mark(name: str) -> str | None:
    """The first eight characters of the hash of a file; None for a file that does not exist (its link gives 404)."""
    file = FOLDER / name
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else None


def attach(app: Flask) -> None:
    """Add the hash to links to our own assets. Those under ``vendor/`` have their version in the path."""

    @app.url_defaults
    def marked(endpoint: str, values: dict[str, Any]) -> None:
        name = values.get("filename", "")
        if endpoint == "static" and not name.startswith("vendor/"):
            values.setdefault("v", mark(name))
