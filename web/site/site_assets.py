"""Assets under ``/assets``: the address of our own changes with their content, so they keep for long."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

FOLDER = Path(__file__).parents[1] / "assets"


@cache
def mark(name: str) -> str | None:
    """Eight characters of the file's hash; None for a file that is not there (its link then answers 404)."""
    file = FOLDER / name
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else None


def attach(app: Flask) -> None:
    """Add the mark to links to our own assets; those under ``vendor/`` have their version in the path."""

    @app.url_defaults
    def marked(endpoint: str, values: dict[str, Any]) -> None:
        name = values.get("filename", "")
        if endpoint == "static" and not name.startswith("vendor/"):
            values.setdefault("v", mark(name))
