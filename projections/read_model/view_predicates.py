"""What rows of the views are asked for: known at a moment, of the day, still to be done."""

from collections.abc import Collection

import sqlalchemy as sa

from projections.history.moment import Moment
from projections.read_model.row_codecs import micros
from projections.read_model.view_tables import Tables

Predicate = list[sa.ColumnElement[bool]]
"""Clauses that must all hold."""


def known(t: sa.Table, moment: Moment) -> Predicate:
    """``Known.at``, of a table's rows."""
    if moment.known_at is None:
        return [t.c.known_to.is_(None)]
    at = micros(moment.known_at)
    return [t.c.known_from < at, sa.or_(t.c.known_to.is_(None), t.c.known_to >= at)]


def on_the_day(of: Tables, moment: Moment) -> Predicate:
    """The spells in which the day lies, by what was known."""
    t, day = of.spells, moment.on
    return [*known(t, moment), t.c.begins_on <= day, sa.or_(t.c.ends_before.is_(None), t.c.ends_before > day)]


def wanted(of: Tables, moment: Moment, clauses: Collection[int] | None, unmet: bool) -> Predicate:
    """The duties of these clauses (None: of all); ``unmet``: those that had arisen by the day and were not met by it."""
    t, day = of.duties, moment.on
    asked: Predicate = []
    if clauses is not None:
        asked.append(t.c.clause.in_(sorted(clauses)))
    if unmet:
        asked += [t.c.arises_on <= day, sa.or_(t.c.met_on.is_(None), t.c.met_on > day)]
    return asked
