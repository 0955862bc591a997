"""The columns of this app's record, made from the views and kept up with them."""

import threading
from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast

from flask import current_app

from domain.stored import is_case
from projections.columns import Columns
from projections.dues import Dues
from projections.dues_counted import CountedDues
from projections.gathering import recorded_by_day
from projections.views import Views
from web import book, following

AT_MOST = 5000
"""Entries that are followed case by case; where more have come, all is read again."""


class Kept:
    """The dues of a database: only the cases that have changed are read again."""

    def __init__(self) -> None:
        self.dues: CountedDues | None = None
        self._lock = threading.Lock()

    def now(self, views: Views) -> Dues:
        """The dues as far as the views go."""
        with self._lock:
            position = views.position
            if self.dues is None:
                self.dues = _counting(_columns(views, views.cases(), position))
            elif position != self.dues.columns.position:
                self.dues = _counting(self._changed(views, self.dues.columns, position))
            return self.dues

    def _changed(self, views: Views, columns: Columns, position: int) -> Columns:
        entered = views.stored.after(columns.position, AT_MOST)
        if len(entered) == AT_MOST or position < columns.position:
            return _columns(views, views.cases(), position)
        changed = {one.reference for one in entered if is_case(one.reference) and one.position <= position}
        return columns.with_changes(_columns(views, changed, position))


def _counting(columns: Columns) -> CountedDues:
    return CountedDues(columns, book.framework())


def _columns(views: Views, references: Iterable[str], position: int) -> Columns:
    named = sorted(references)
    recorded: dict[str, Mapping[date, int]] = {
        file.reference: recorded_by_day(file.entries.values()) for file in views.stored.files(named)
    }
    return Columns.of(views.ledgers(named), recorded, position)


def dues() -> Dues:
    """The dues of the app's record, read at the first report of each process and kept."""
    kept = current_app.extensions.get("dues")
    if kept is None:
        kept = current_app.extensions["dues"] = Kept()
    return cast(Kept, kept).now(following.views())
