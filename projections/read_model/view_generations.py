"""The two generations of the views: how far each has followed the record, which is read, and who is making the other."""

from typing import NamedTuple

import sqlalchemy as sa

from projections.read_model.view_tables import TABLES, VIEWS, Tables


class GenerationState(NamedTuple):
    """A generation: up to which position it has followed the record, and whether it is the one that is read.

    ``build`` marks the rebuild that is making it, if one is.
    """

    generation: str
    live: bool
    position: int
    build: str | None

    @property
    def tables(self) -> Tables:
        return TABLES[self.generation]


class Superseded(RuntimeError):
    """Another rebuild has begun since, or this one is over."""

    def __init__(self) -> None:
        super().__init__("another rebuild has begun; this one is over")


_states = sa.select(VIEWS.c.generation, VIEWS.c.live, VIEWS.c.position, VIEWS.c.build)


def live_in(c: sa.Connection) -> GenerationState:
    """The generation that is read."""
    return GenerationState(*c.execute(_states.where(VIEWS.c.live)).one())


def other_in(c: sa.Connection, *, build: str | None = None) -> GenerationState:
    """The generation that is not read, locked: nobody clears it or puts it in the live one's place meanwhile.

    ``build``: while this rebuild is making it; ``Superseded`` otherwise.
    """
    query = _states.where(sa.not_(VIEWS.c.live)).with_for_update(read=build is not None)
    row = c.execute(query).one_or_none()  # none: while this waited for the lock, it became the live one
    if row is None or (build is not None and row.build != build):
        raise Superseded
    return GenerationState(*row)


def swap(c: sa.Connection, build: str) -> bool:
    """Make the generation of this rebuild the live one; not while it is behind that (False). ``Superseded``."""
    both = [GenerationState(*row) for row in c.execute(_states.order_by(VIEWS.c.generation).with_for_update())]
    mine = next((state for state in both if state.build == build and not state.live), None)
    live = next(state for state in both if state.live)
    if mine is None:
        raise Superseded
    if mine.position < live.position:
        return False
    for state in both:
        said = {"live": state is mine, "build": None}
        c.execute(sa.update(VIEWS).where(VIEWS.c.generation == state.generation).values(said))
    return True
