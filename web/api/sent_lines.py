"""What became of the lines that a machine sent: of each by its number, and counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from domain.importing.imported_for import ImportedFor
from domain.importing.importer import ImportReport
from domain.importing.ndjson_reader import Line, Rejected
from web.api.entry_schemas import OUTCOMES


@dataclass
class Sending:
    """Lines on their way through the importer, and what became of them. ``seen``: number -> file and entry id.

    ``kept``: whether they are stored, or only checked. ``raw``: all lines as they were sent.
    """

    given: ImportedFor
    kept: bool
    raw: list[bytes]
    report: ImportReport = field(default_factory=lambda: ImportReport(numbers_already=[]))
    seen: dict[int, tuple[str, str]] = field(default_factory=dict)

    def noting(self, lines: Iterator[Line]) -> Iterator[Line]:
        for line in lines:
            self.seen[line.number] = line.reference, line.fact.entry
            yield line

    def outcomes(self) -> list[dict[str, Any]]:
        """What became of each line, in order."""
        faults: dict[int, list[Rejected]] = {}
        for one in self.report.rejected:
            faults.setdefault(one.line, []).append(one)
        already = set(self.report.numbers_already or ())
        return [
            self._outcome(number, faults.get(number, []), number in already) for number in sorted({*self.seen, *faults})
        ]

    def named(self, number: int) -> tuple[str | None, str | None]:
        """The file and the entry's id that a line names, as far as it can be read."""
        return self.seen.get(number) or _said_of(self.raw[number - 1])

    def _outcome(self, number: int, faults: list[Rejected], already: bool) -> dict[str, Any]:
        file, entry = self.named(number)
        said = [{"field": one.field, "reason": one.reason} for one in faults]
        stored = "stored" if self.kept else "would be stored"
        outcome = "rejected" if faults else "already" if already else stored
        return {"line": number, "outcome": outcome, "file": file, "entry": entry, "faults": said}

    def document(self) -> dict[str, Any]:
        """The answer."""
        lines = self.outcomes()
        counts = {name.replace(" ", "_"): sum(line["outcome"] == name for line in lines) for name in OUTCOMES}
        return {"source": self.given.by.source, **counts, "dry_run": not self.kept, "lines": lines}


def _said_of(raw: bytes) -> tuple[str | None, str | None]:
    """The file and the id of the entry that a line names which is not valid, as far as it can be read."""
    try:
        values = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None, None
    if not isinstance(values, dict):
        return None, None
    file, entry = (values.get(name) for name in ("case", "entry"))
    return (file if isinstance(file, str) else None), (entry if isinstance(entry, str) else None)
