"""What the record offers for the seed of a draw, and whether a seed is the one that it gave: ``domain.aggregates.draw_seed``."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from domain.aggregates.case_file import CaseFile
from domain.aggregates.draw_rules import check_draw
from domain.aggregates.draw_seed import frame_digest, seed_of
from domain.aggregates.inspection import Inspection
from domain.entries.inspection_entries import FrameTaken, InspectionOpened, SampleDrawn, SeedSource
from domain.entries.record_entries import BRANCHES, CHECKPOINTS, SEALED_FROM, CheckpointMade, LogSealed, RecordBranched
from domain.entries.refusals import Refused
from domain.store.earlier_hashes import was_earlier
from domain.store.log_reader import LogReader

if TYPE_CHECKING:
    from domain.store.application import Files


def seed_source(files: "Files", name: str) -> SeedSource | None:
    """What the record gives for the seed of an inspection: its last frame, and the first entry stored after that.

    None while nothing has been stored after it, or where there is no frame.
    """
    file = files.read(name)
    frame = Inspection.of(file.entries.values()).frame
    found = None if frame is None else _first_after(files, file, frame)
    if frame is None or found is None:
        return None
    return SeedSource(record=_name(files), frame=frame_digest(frame), position=found[0], hash=found[1])


def seed(source: SeedSource) -> str:
    """The seed that is made from this."""
    return seed_of(source.frame, source.hash)


def make_checkpoint(files: "Files", *, at: datetime, actor: str) -> None:
    """Put the head of the log on record. ``BusyFile`` where others keep doing so."""
    head = LogReader(files.recorder).head().frontier
    files.enter(CHECKPOINTS, CheckpointMade(at=at, leaves=head.size, root=head.root.hex()), actor=actor)


def check_seed(files: "Files", file: CaseFile, frame: FrameTaken, source: SeedSource) -> None:
    """``Refused`` where a seed is said to come from this record and does not. One of another record cannot be told here."""
    if source.record not in own_names(files):
        return
    found = _first_after(files, file, frame)
    if found is None:
        raise Refused(
            "seed_from", "nothing is stored in the record after the frame yet, so there is no seed: make a checkpoint"
        )
    sealed_since = source.position + 1 == found[0] and was_earlier(files.recorder, source.position, source.hash)
    if found != (source.position, source.hash) and not sealed_since:
        raise Refused(
            "seed_from",
            f"the first entry that the record stored after the frame is another one, at position {found[0]}",
        )


def own_names(files: "Files") -> set[str]:
    """The names that this record has and had: of before it branched, and of before it was sealed."""
    branched = {one.branched_from for one in files.entered(BRANCHES) if isinstance(one, RecordBranched)}
    sealed = {one.sealed_from for one in files.entered(SEALED_FROM) if isinstance(one, LogSealed)}
    return {_name(files), *branched, *sealed}


def wrong_draws(files: "Files") -> Iterator[str]:
    """Each draw on record that is not what its frame and seed give, or whose seed is not the one of the record, in words."""
    for name in files.references(InspectionOpened):
        file, before = files.read(name), list[InspectionOpened | FrameTaken | SampleDrawn]()
        for fact in file.entries.values():
            if isinstance(fact, SampleDrawn):
                try:
                    found = Inspection.of(before)
                    check_draw(found, fact)
                    if fact.seed_from is not None and found.frame is not None:
                        check_seed(files, file, found.frame, fact.seed_from)
                except Refused as error:
                    yield f"{name}, draw '{fact.entry}': {error.reason}"
            if isinstance(fact, InspectionOpened | FrameTaken | SampleDrawn):
                before.append(fact)


def drawn_elsewhere(files: "Files") -> Iterator[str]:
    """Each draw whose seed this record cannot prove, since it was typed or is of another record, in words."""
    own = own_names(files)
    for name in files.references(InspectionOpened):
        for fact in Inspection.of(files.read(name).entries.values()).draws:
            if fact.seed_from is None:
                yield f"{name}: the seed of the draw '{fact.entry}' was typed by hand"
            elif fact.seed_from.record not in own:
                yield f"{name}: the seed of the draw '{fact.entry}' is of the record {fact.seed_from.record}, which alone proves it"


def _name(files: "Files") -> str:
    return LogReader(files.recorder).head().origin


def _place(files: "Files", file: CaseFile, frame: FrameTaken) -> int | None:
    """The position of the frame's entry; None where it is not stored yet."""
    number = list(file.entries).index(frame.entry)
    places = files.people.places(file.reference)
    return places[number].position if number < len(places) else None


def _first_after(files: "Files", file: CaseFile, frame: FrameTaken) -> tuple[int, str] | None:
    """Position and hash of the first entry stored after a frame; None where there is none."""
    place = _place(files, file, frame)
    rows = [] if place is None else LogReader(files.recorder).rows(place, 1)
    return next(((row.position, bytes(row.hash).hex()) for row in rows if isinstance(row.hash, bytes)), None)
