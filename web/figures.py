"""What the reports count, of this app's record: its columns as the keeper has them, with what was counted from them."""

from typing import cast

from flask import current_app

from projections.dues import Dues
from projections.dues_counted import CountedDues
from web import book, following


def dues() -> Dues:
    """The dues of the app's record, as far as its columns go; ``NotMade`` where there are none yet."""
    columns = following.as_at(book.today()).columns
    kept = cast(CountedDues | None, current_app.extensions.get("dues"))
    if kept is None or kept.columns is not columns:
        kept = current_app.extensions["dues"] = CountedDues(columns, book.framework())
    return kept
