"""Night after night the files read as their source says, and for every moment before as it said then."""

import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.amendments import known
from domain.entries.case_entries import AppointmentMade
from domain.importing.extracts.extract import Extract
from domain.importing.importer import ImportReport
from domain.store.application import Files
from tests.domain.importing.test_extracts import CASE, FIRST, MAPPING, START, Cells, as_csv
from tests.support.depth import examples
from tests.support.opened import opened

CASES = (CASE, "X123456/2")
KEYS = ("1", "2", "3")
BEGAN = datetime(2005, 6, 1, 2, tzinfo=UTC)

NIGHTLY = MAPPING.replace(
    'key: "NO"',
    'key: "NO"\n    gone: withdraw\n    withdrawn_when: {TYPE: {is: void}}\n    when: {TYPE: {is_not: other}}',
).replace("          occurred_on: MADE\n          recorded_at: ENTERED\n", "          occurred_on: MADE\n")


class Row(NamedTuple):
    """A contact as the source has it: its case, its type (H, O, void or other) and whether it was attended."""

    case: str
    kind: str
    attended: bool

    @property
    def alive(self) -> bool:
        return self.kind in "HO"

    def cells(self, key: str) -> Cells:
        return FIRST | {"NO": key, "REF": self.case, "TYPE": self.kind, "OUTCOME": "ATT" if self.attended else ""}


rows = st.builds(Row, st.sampled_from(CASES), st.sampled_from(["O", "O", "H", "void", "other"]), st.booleans())
nights = st.lists(st.dictionaries(st.sampled_from(KEYS), rows, min_size=1), min_size=2, max_size=6)

Read = set[tuple[str, str, str]]
"""Case, key of the row, and what stands: the type of the appointment, or attended."""


def says(source: dict[str, Row]) -> Read:
    found = {(row.case, key, row.kind) for key, row in source.items() if row.alive}
    return found | {(row.case, key, "attended") for key, row in source.items() if row.alive and row.attended}


def reads(files: Files, known_at: datetime | None) -> Read:
    found: Read = set()
    for case in CASES:
        for fact in known(opened(files, case).values(), known_at):
            key = fact.entry.split(":")[2]
            if ":contacts:" in fact.entry:
                kind = fact.contact_type[0].upper() if isinstance(fact, AppointmentMade) else "attended"
                found.add((case, key, kind))
    return found


def take(files: Files, folder: Path, at: datetime, *, keep: bool, part: bool = False) -> ImportReport:
    report = ImportReport()
    extract = Extract.open(folder, folder / "mapping.yaml", at, part=part)
    extract.take(files, report, lambda size: None, now=at + timedelta(hours=1), actor="test", keep=keep)
    return report


@given(nights=nights)
@examples(80)
def test_every_night_the_files_read_as_the_source_says(nights: list[dict[str, Row]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mapping.yaml").write_text(NIGHTLY)
        (folder / "cases.csv").write_text(as_csv([START | {"REF": case} for case in CASES]))
        with closing(Files.open(str(folder / "x.sqlite"))) as files:
            for night, source in enumerate(nights):
                (folder / "contacts.csv").write_text(as_csv([row.cells(key) for key, row in source.items()]))
                at = BEGAN + timedelta(days=night)
                tried, done = (take(files, folder, at, keep=keep) for keep in (False, True))
                assert not done.rejected
                assert (tried.stored, tried.withdrawn, tried.restored) == (done.stored, done.withdrawn, done.restored)
                assert reads(files, None) == says(source)
                assert take(files, folder, at + timedelta(hours=1), keep=True).stored == 0, "the same again"
            for night, source in enumerate(nights):
                assert reads(files, BEGAN + timedelta(days=night, hours=12)) == says(source)


@given(nights=nights)
@examples(40)
def test_a_part_changes_what_its_rows_say_and_nothing_else(nights: list[dict[str, Row]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, now = Path(name), dict[str, Row]()
        (folder / "mapping.yaml").write_text(NIGHTLY)
        (folder / "cases.csv").write_text(as_csv([START | {"REF": case} for case in CASES]))
        with closing(Files.open(str(folder / "x.sqlite"))) as files:
            for night, part in enumerate(nights):
                (folder / "contacts.csv").write_text(as_csv([row.cells(key) for key, row in part.items()]))
                now |= part
                assert not take(files, folder, BEGAN + timedelta(days=night), keep=True, part=True).rejected
                assert reads(files, None) == says(now)
