"""The last extract of each source, as this app follows the record."""

from collections.abc import Collection, Mapping
from typing import cast

from flask import current_app

from domain.store.last_extracts import Extract, LastExtracts
from domain.store.preparation import position_column
from web.services import current_cases


def last_extracts(wanted: Collection[str]) -> Mapping[str, Extract]:
    """Those of all sources found, by name. ``wanted``: the sources for which it looks back in the record."""
    files = current_cases.repository().files
    kept = current_app.extensions.get("last_extracts")
    if kept is None:
        kept = current_app.extensions["last_extracts"] = LastExtracts(files.recorder, position_column(files.recorder))
    return cast(LastExtracts, kept).now(wanted)
