"""SQL conditions on rows of the read model: known at a moment, holding on the day, not met yet."""

from collections.abc import Collection

import sqlalchemy as sa

from projections.history.moment import Moment
from projections.obligations.duty_state import known_in_sql, unmet_in_sql
from projections.read_model.row_codecs import micros
from projections.read_model.view_tables import Tables

Predicate = list[sa.ColumnElement[bool]]
"""SQL conditions that must all hold."""


def known(t: sa.Table, moment: Moment) -> Predicate:
    """The rows of a table that were known at the moment."""
    at = None if moment.known_at is None else micros(moment.known_at)
    return [known_in_sql(at, t.c.known_from, t.c.known_to)]


def on_the_day(of: Tables, moment: Moment) -> Predicate:
    """The spells that contain the day, of those known at the moment."""
    t, day = of.spells, moment.on
    return [*known(t, moment), t.c.begins_on <= day, sa.or_(t.c.ends_before.is_(None), t.c.ends_before > day)]


def wanted(of: Tables, moment: Moment, clauses: Collection[int] | None, unmet: bool) -> Predicate:
    """The duties under these clauses (numbers; None: all). ``unmet``: only those that had arisen and were not met by the day."""
    t = of.duties
    asked: Predicate = []
    if clauses is not None:
        asked.append(t.c.clause.in_(sorted(clauses)))
    if unmet:
        asked.append(unmet_in_sql(moment.on, t.c.arises_on, t.c.met_on))
    return asked
