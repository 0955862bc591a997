"""Files are told by what is in them: one that is not what its name says, or too large, is not attached."""

import io
import zipfile

import pytest

from domain.aggregates.attached_files import ODT, WORD, kind_of
from domain.entries.case_entries import MOST_ATTACHED
from domain.entries.refusals import Refused


def packed(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


DOCX = packed(**{"[Content_Types].xml": b"<Override ContentType='" + WORD + b"'/>", "word/document.xml": b"<w/>"})
LETTER = packed(mimetype=ODT)
PNG, JPEG, PDF = b"\x89PNG\r\n\x1a\n0", b"\xff\xd8\xff\xe0", b"%PDF-1.7\n"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Letter.PDF", PDF, "pdf"),
        ("a.png", PNG, "png"),
        ("a.jpg", JPEG, "jpeg"),
        ("a.jpeg", JPEG, "jpeg"),
        ("a.txt", "Zoë wrote:\n\tno\r\n".encode(), "plain_text"),
        ("a.odt", LETTER, "odt"),
        ("a.docx", DOCX, "docx"),
    ],
)
def test_each_type_is_known(name: str, content: bytes, kind: str) -> None:
    assert kind_of(name, content) == kind


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"MZ program", "not what its ending says"),
        ("a.png", JPEG, "not what its ending says"),
        ("a.txt", b"\x00\x01", "not what its ending says"),
        ("a.txt", b"\xff\xfe", "not what its ending says"),
        ("a.odt", packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "not what its ending says"),
        ("a.docx", packed(**{"word/document.xml": b"<w/>"}), "not what its ending says"),
        ("a.docx", b"PK\x03\x04 cut off", "not what its ending says"),
        ("a.html", b"<script>", "whose name ends in .pdf"),
        ("pdf", PDF, "whose name ends in .pdf"),
        ("a.pdf", b"", "is empty"),
        ("a.pdf", PDF + b"0" * MOST_ATTACHED, "larger than 5 MB"),
    ],
)
def test_anything_else_is_refused_in_words(name: str, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        kind_of(name, content)
    assert refused.value.field == "file"
