"""The two generations of the read model's tables: position, which one is live, which rebuild is making the other."""

from typing import NamedTuple

import sqlalchemy as sa

from projections.read_model.view_tables import TABLES, VIEWS


class GenerationState(NamedTuple):
    """The state of a generation: the position of the record it has reached, and whether it is the live one.

    ``build``: the mark of the rebuild that is making it; None: none is.
    """

    generation: str
    live: bool
    position: int
    build: str | None

    @property
    def table(self) -> sa.Table:
        return TABLES[self.generation]


class Superseded(RuntimeError):
    """Another rebuild has begun since, or this one has ended."""

    def __init__(self) -> None:
        super().__init__("another rebuild has begun; this one is over")


_states = sa.select(VIEWS.c.generation, VIEWS.c.live, VIEWS.c.position, VIEWS.c.build)


def live_in(c: sa.Connection) -> GenerationState:
    """The live generation: the one that is read."""
    return GenerationState(*c.execute(_states.where(VIEWS.c.live)).one())


def other_in(c: sa.Connection, *, build: str | None = None) -> GenerationState:
    """The generation that is not live, locked: nobody can empty it or make it live meanwhile.

    ``build``: raise ``Superseded`` unless this rebuild is making it.
    """
    query = _states.where(sa.not_(VIEWS.c.live)).with_for_update(read=build is not None)
    row = c.execute(query).one_or_none()  # none: it became live while this waited for the lock
    if row is None or (build is not None and row.build != build):
        raise Superseded
    return GenerationState(*row)


def swap(c: sa.Connection, build: str) -> bool:
    """Make the generation of this rebuild live; False where it is behind the live one. Raises ``Superseded``."""
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
