"""Which files may be attached to a reading: of a few types, told by what is in them and not by names alone; not too large."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import NamedTuple

from domain.entries.case_entries import MOST_ATTACHED
from domain.entries.code_lists import AttachmentKind
from domain.entries.refusals import Refused

MOST_INSIDE = 1_000_000
"""Bytes of a part of an office document that are read, unpacked."""

WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ODT = b"application/vnd.oasis.opendocument.text"


class AttachmentType(NamedTuple):
    """How a type is told. ``endings``: of names; ``media``: how it is sent; ``holds``: whether these bytes are of it."""

    endings: tuple[str, ...]
    media: str
    holds: Callable[[bytes], bool]


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return all(one in "\t\n\r\f" or one.isprintable() or ord(one) > 127 for one in text)


def _is_odt(content: bytes) -> bool:
    return _part(content, "mimetype") == ODT


def _is_docx(content: bytes) -> bool:
    return WORD in _part(content, "[Content_Types].xml") and bool(_part(content, "word/document.xml"))


def _part(content: bytes, name: str) -> bytes:
    """The beginning of a part of an office document, which is a ZIP file; empty where there is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(name) as part:
            return part.read(MOST_INSIDE)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return b""


TYPES: Mapping[AttachmentKind, AttachmentType] = {
    "pdf": AttachmentType((".pdf",), "application/pdf", _begins(b"%PDF-")),
    "png": AttachmentType((".png",), "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpeg": AttachmentType((".jpg", ".jpeg"), "image/jpeg", _begins(b"\xff\xd8\xff")),
    "plain_text": AttachmentType((".txt",), "text/plain; charset=utf-8", _is_text),
    "odt": AttachmentType((".odt",), ODT.decode(), _is_odt),
    "docx": AttachmentType((".docx",), WORD.decode().removesuffix(".main+xml"), _is_docx),
}

ENDINGS = ", ".join(ending for one in TYPES.values() for ending in one.endings)
"""The endings of all types, in words."""


def kind_of(name: str, content: bytes) -> AttachmentKind:
    """The type of a file; ``Refused`` with what to do where it may not be attached."""
    if not content:
        raise Refused("file", f"{name or 'the file'} is empty: choose a file with something in it")
    if len(content) > MOST_ATTACHED:
        raise Refused(
            "file", f"{name} is larger than {MOST_ATTACHED // 1_000_000} MB: attach a smaller scan, or parts of it"
        )
    kind = next((kind for kind, one in TYPES.items() if name.lower().endswith(one.endings)), None)
    if kind is None:
        raise Refused("file", f"{name}: choose a file whose name ends in {ENDINGS}")
    if not TYPES[kind].holds(content):
        raise Refused("file", f"what is in {name} is not what its ending says: save it again as such a file")
    return kind
