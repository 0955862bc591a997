"""OpenDocument spreadsheets (ODF 1.2), written without a library: libraries take seconds for a long table."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Sheet = tuple[str, Sequence[Sequence[Any]]]
"""A name and its rows; the first row holds the headings."""

MIME = "application/vnd.oasis.opendocument.spreadsheet"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)

_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
                        ("fo", "xsl-fo-compatible"), ("number", "datastyle"))
)  # fmt: skip

_STYLES = (
    '<style:style style:name="head" style:family="table-cell"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<number:date-style style:name="day"><number:day/><number:text> </number:text>'
    '<number:month number:textual="true"/><number:text> </number:text><number:year number:style="long"/></number:date-style>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>'
    '<style:style style:name="wide" style:family="table-column">'
    '<style:table-column-properties style:column-width="4.5cm"/></style:style>'
)

_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def spreadsheet(sheets: Iterable[Sheet]) -> bytes:
    """The file. The same sheets give the same bytes."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES} office:version="1.2">'
        f"<office:automatic-styles>{_STYLES}</office:automatic-styles><office:body><office:spreadsheet>"
        + "".join(_sheet(name, rows) for name, rows in sheets)
        + "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text, how in (
            ("mimetype", MIME, zipfile.ZIP_STORED),  # first and uncompressed, so that the format can be recognised
            ("META-INF/manifest.xml", _MANIFEST, zipfile.ZIP_DEFLATED),
            ("content.xml", content, zipfile.ZIP_DEFLATED),
        ):
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), text.encode(), how)
    return out.getvalue()


def printable(text: str) -> str:
    """The text without control characters and lone surrogates, which XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def _sheet(name: str, rows: Sequence[Sequence[Any]]) -> str:
    columns = max((len(row) for row in rows), default=1)
    lines = "".join(
        f"<table:table-row>{''.join(_cell(value, head=n == 0) for value in row)}</table:table-row>"
        for n, row in enumerate(rows)
    )
    return (
        f"<table:table table:name={quoteattr(printable(name))}>"
        f'<table:table-column table:style-name="wide" table:number-columns-repeated="{columns}"/>{lines}</table:table>'
    )


def _cell(value: Any, *, head: bool) -> str:
    match value:
        case None | "":
            return "<table:table-cell/>"
        case bool():
            kind, shown = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"', str(value).upper()
        case int() | float():
            kind, shown = f'office:value-type="float" office:value="{value!r}"', str(value)
        case Fraction():
            kind, shown = f'office:value-type="percentage" office:value="{float(value)!r}"', f"{float(value):.0%}"
        case datetime():
            kind, shown = 'office:value-type="string"', value.isoformat(timespec="seconds")
        case date():
            kind = f'office:value-type="date" office:date-value="{value.isoformat()}" table:style-name="date"'
            shown = f"{value.day} {value:%b %Y}"
        case _:
            shown = str(value)
            kind = 'office:value-type="string"' + (_said(shown) if "\t" in shown else "")
    style = ' table:style-name="head"' if head else ""
    lines = "".join(f"<text:p>{_text(line)}</text:p>" for line in printable(shown).split("\n"))
    return f"<table:table-cell {kind}{style}>{lines}</table:table-cell>"


def _said(text: str) -> str:
    """The value of a text cell as an attribute, for readers that pass over the elements of a tab."""
    return " office:string-value=" + quoteattr(printable(text).replace("\r", ""))


def _text(line: str) -> str:
    """The line as XML, with repeated spaces written so that they are kept."""
    return escape(line.replace("\r", "")).replace("\t", "<text:tab/>").replace("  ", ' <text:s text:c="1"/>')
