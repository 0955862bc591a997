"""The tables of an extract: CSV files, read row by row with line numbers, and the files of their rejected rows."""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from domain.private_folder import open_ours
from domain.safe_cells import as_typed, safe

REASON = "rejected_because"
"""The first column of a file of rejected rows, with the reason. It is ignored when the file is read.

The cells of such a file are safe to open in a spreadsheet; reading it gives what the source had.
"""

SAMPLE = 4096


class NotATable(ValueError):
    """A file that cannot be read as a table. The message is the reason."""


class CsvRow(NamedTuple):
    """A row: the line on which it begins, and column -> cell. ``wrong``: why it cannot be read, if so."""

    line: int
    cells: Mapping[str, str]
    wrong: str = ""


class _Record(NamedTuple):
    """A row as written: the line on which it begins, its text, and its cells (or why they cannot be read)."""

    line: int
    text: str
    cells: list[str]
    wrong: str = ""


@dataclass(frozen=True)
class TableFile:
    """A file with a row of column names. ``encoding`` utf-8 reads files with and without a byte-order mark."""

    path: Path
    encoding: str
    delimiter: str

    def head(self) -> list[str]:
        """The names of the columns, that of the reason included. ``NotATable``."""
        with self.path.open("rb") as stream:
            marked = stream.read(SAMPLE).startswith(codecs.BOM_UTF8)
        if marked and not self._is_utf8:
            raise NotATable(f"begins with the mark of UTF-8, and the mapping says {self.encoding}")
        first = next((record for record in self._records() if record.cells or record.wrong), None)
        if first is None:
            raise NotATable("is empty; its first line must name the columns")
        if first.wrong:
            raise NotATable(f"line 1: {first.wrong}")
        if not _is_text(first.text):
            raise NotATable(f"line 1: not text in {self.encoding}; is it another encoding?")
        names = [name.strip() for name in first.cells]
        return [REASON, *map(as_typed, names[1:])] if names[0] == REASON else names

    def rows(self, progress: Callable[[int], None] = lambda size: None) -> Iterator[CsvRow]:
        """The rows below the names. ``progress`` is called with the number of characters read."""
        head = self.head()
        skip = int(head[0] == REASON)
        names = head[skip:]
        for record in self._body():
            progress(len(record.text))
            cells = [as_typed(cell) for cell in record.cells[1:]] if skip else record.cells
            wrong = record.wrong
            if not wrong and not _is_text(record.text):
                wrong = f"not text in {self.encoding}; is it another encoding?"
            if not wrong and len(cells) != len(names):
                wrong = (
                    f"{len(cells)} cells, and the head names {len(names)} columns; look at the quotes and delimiters"
                )
            yield CsvRow(record.line, {} if wrong else dict(zip(names, map(_cell, cells), strict=True)), wrong)

    def write_rejected(self, path: Path, reasons: Mapping[int, str], *, whole: bool = False) -> None:
        """Write the rows that begin on these lines to a file of the same kind, with the reason as first column.

        ``whole``: the other rows too, without a reason.
        """
        head = self.head()
        skip = int(head[0] == REASON)
        with open(path, "w", encoding=self._codec, errors="surrogateescape", newline="", opener=open_ours) as stream:
            writer = csv.writer(stream, delimiter=self.delimiter)
            writer.writerow([REASON, *map(safe, head[skip:])])
            for record in self._body():
                if whole or record.line in reasons:
                    cells = [record.text.rstrip("\r\n")] if record.wrong else record.cells[skip:]
                    kept = cells if skip else map(safe, cells)  # a file of rejected rows holds safe cells already
                    writer.writerow([safe(self._writable(reasons.get(record.line, ""))), *kept])

    @property
    def _is_utf8(self) -> bool:
        return codecs.lookup(self.encoding).name in ("utf-8", "utf-8-sig")

    @property
    def _codec(self) -> str:
        return "utf-8-sig" if self._is_utf8 else self.encoding

    def _writable(self, reason: str) -> str:
        return reason.encode(self.encoding, "replace").decode(self.encoding)

    def _body(self) -> Iterator[_Record]:
        records = (record for record in self._records() if record.cells or record.wrong)
        next(records, None)
        return records

    def _records(self) -> Iterator[_Record]:
        # Bytes that are not text in the encoding are kept: their row is rejected, and written out byte for byte.
        with self.path.open(encoding=self._codec, errors="surrogateescape", newline="") as stream:
            lines = _Lines(stream)
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            while True:
                line = reader.line_num + 1
                lines.taken.clear()
                cells, wrong = list[str](), ""
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    wrong = f"not a row of a table: {error}; look at its quotes"
                yield _Record(line, "".join(lines.taken), cells, wrong)


class _Lines(Iterable[str]):
    """The lines of a stream. It keeps those that belong to the row being read."""

    def __init__(self, stream: TextIO):
        self.stream, self.taken = stream, list[str]()

    def __iter__(self) -> Iterator[str]:
        for line in self.stream:
            self.taken.append(line)
            yield line


def _cell(text: str) -> str:
    """The text of a cell without spaces around it; every line break in it becomes the same character."""
    return text.replace("\r\n", "\n").strip()


def _is_text(text: str) -> bool:
    """Whether all bytes of the text could be decoded."""
    return text.isascii() or not any("\udc80" <= char <= "\udcff" for char in text)
