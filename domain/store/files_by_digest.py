"""Files kept in tables of their own: their bytes under their SHA-256, never changed and never deleted.

An entry names such a file by its digest, so that the log proves it.
"""

import hashlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from domain.store.database import Kind, guards
from domain.store.hash_chain import ChainedRecorder


class DamagedFile(RuntimeError):
    """What is kept under a digest is not what was put there."""


def statements(kind: Kind, table: str) -> Sequence[str]:
    """The statements that make a table and the triggers that refuse changes. ``content`` is compressed (zlib)."""
    binary = "BLOB" if kind == "sqlite" else "bytea"
    create = (
        f"CREATE TABLE IF NOT EXISTS {table} (sha256 text NOT NULL PRIMARY KEY, stored_at text NOT NULL, "
        f"content {binary} NOT NULL)"
    )
    refused = f"{table.replace('_', ' ')} are never changed or deleted"
    return [create, *guards(kind, table, refused, ("sha256",), ("rowid",))]


def digest_of(content: bytes) -> str:
    """The SHA-256 of a file, in hex."""
    return hashlib.sha256(content).hexdigest()


class FilesByDigest:
    """The files of one record in one such table."""

    table: ClassVar[str]

    def __init__(self, recorder: ChainedRecorder):
        self._recorder: Any = recorder
        self._mark = "?" if recorder.log.kind == "sqlite" else "%s"

    def keep(self, contents: Collection[bytes]) -> Sequence[str]:
        """Keep these files, all or none; returns their digests. One that is kept already is left as it is."""
        named = {digest_of(content): content for content in contents}
        with self._recorder.datastore.transaction(commit=True) as c:
            for digest, content in named.items():
                if self._content(c, digest) is None:
                    values = (digest, self._recorder.clock().isoformat(timespec="microseconds"), zlib.compress(content))
                    c.execute(f"INSERT INTO {self.table} VALUES ({', '.join([self._mark] * 3)})", values)
        return [digest_of(content) for content in contents]

    def kept(self, digests: Collection[str]) -> set[str]:
        """Those of these digests under which a file is kept in this record."""
        with self._recorder.datastore.transaction(commit=False) as c:
            c.execute(f"SELECT sha256 FROM {self.table}")
            return {row["sha256"] for row in c.fetchall()} & set(digests)

    def content(self, digest: str) -> bytes | None:
        """The file of this digest, byte for byte; None where it is not kept in this record. ``DamagedFile``."""
        with self._recorder.datastore.transaction(commit=False) as c:
            kept = self._content(c, digest)
        if kept is None:
            return None
        try:
            content = zlib.decompress(kept)
        except zlib.error:
            content = b""
        if digest_of(content) != digest:
            raise DamagedFile(f"what is kept under the SHA-256 {digest} is another file")
        return content

    def _content(self, c: Any, digest: str) -> bytes | None:
        c.execute(f"SELECT content FROM {self.table} WHERE sha256 = {self._mark}", (digest,))
        row: Mapping[str, Any] | None = c.fetchone()
        return None if row is None else bytes(row["content"])


class PublishedFiles(FilesByDigest):
    """The files of reports as they were published.

    ``InspectionPublished`` names them. The same report may be another file tomorrow: a later version writes another PDF.
    """

    table = "published_files"


class Attachments(FilesByDigest):
    """Files attached to readings, each sealed (``domain.store.attaching``). ``EvidenceAttached`` names them."""

    table = "attachments"
