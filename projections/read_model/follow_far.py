"""Take in very many entries at once: the cases are derived and written by a pool of workers, then the position is moved."""

from domain.store.record_reader import Entered
from projections.read_model.affected_cases import affected_cases
from projections.read_model.case_writer import derive_cases, outdated_cases, write_cases
from projections.read_model.follower import Overtaken, advance
from projections.read_model.rebuild import WorkerPool, open_read_model, pieces_of
from projections.read_model.view_generations import live_in
from projections.read_model.view_reader import ReadModel

FAR_BEHIND = 2_500
"""From so many entries on a pool is used."""

ENTRIES_AT_ONCE = 10_000
"""Entries after which the position is moved. What was written before a crash is not derived again."""


def step_by_pool(read_model: ReadModel, pool: WorkerPool) -> int:
    """Take in the next ``ENTRIES_AT_ONCE`` entries; return how many, 0 where fewer than ``FAR_BEHIND`` are left.

    Raises ``Overtaken``, ``WorkFailed``. Cases may be written before the position moves: they are then as of later entries.
    """
    state = read_model.live()
    entered = read_model.stored.after(state.position, ENTRIES_AT_ONCE)
    if len(entered) < FAR_BEHIND:
        return 0
    affected = affected_cases(read_model.stored, entered)
    with read_model.reading.connect() as c:
        outdated = sorted(outdated_cases(c, state.table, affected)) if affected else []
    last, address = entered[-1], read_model.database.address
    pieces = ((address, state.generation, last, some) for some in pieces_of(outdated))
    if not all(pool(write_piece, pieces)):
        raise Overtaken(f"generation {state.generation} is no longer live, or the record is another one")
    with read_model.writing.begin() as c:
        advance(c, state, last.position)
        if not read_model.stored.holds(c, last):
            raise Overtaken("another record has taken the place of the one that the rows were derived from")
    return len(entered)


def write_piece(address: str, generation: str, last: Entered, references: list[str]) -> bool:
    """One piece of work: derive these cases and write them; False where this generation is not live any more, or the record
    does not hold the entry ``last``.
    """
    read_model = open_read_model(address)
    head = read_model.stored.head()
    derived = list(derive_cases(read_model.stored.of_people(references, head), head, read_model.stored.begins_at))
    with read_model.writing.begin() as c:
        state = live_in(c)
        if state.generation != generation or not read_model.stored.holds(c, last):
            return False
        write_cases(c, state.table, derived)
    return True
