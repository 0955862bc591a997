"""A page of HTML as an OpenDocument text (ODF 1.2): headings, paragraphs, lists, tables and pictures, and nothing else.

Both files of a document are made from one page, so that they say the same.
"""

import io
import zipfile
from collections.abc import Mapping
from html.parser import HTMLParser
from xml.sax.saxutils import escape, quoteattr

from web.presentation.ods_writer import printable

MIME = "application/vnd.oasis.opendocument.text"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
UNITS_TO_A_CM = 42
"""Units of a drawing; one 720 units wide fills the 17 cm of a page."""

HEADINGS = {"h1": 1, "h2": 2, "h3": 3}
BLOCKS = {*HEADINGS, "p", "li", "th", "td", "caption", "dt", "dd"}
LEFT_OUT = {"style", "title", "script", "head"}

_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("draw", "drawing"),
                        ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"), ("manifest", "manifest"))
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip

_STYLES = (
    '<style:default-style style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.2cm"/>'
    '<style:text-properties fo:font-family="Arial" fo:font-size="11pt" fo:language="en" fo:country="GB"/></style:default-style>'
    + "".join(
        f'<style:style style:name="Heading_20_{n}" style:display-name="Heading {n}" style:family="paragraph"'
        f' style:default-outline-level="{n}"><style:paragraph-properties fo:margin-top="0.4cm" fo:keep-with-next="always"/>'
        f'<style:text-properties fo:font-size="{size}pt" fo:font-weight="bold"/></style:style>'
        for n, size in ((1, 22), (2, 16), (3, 13))
    )
    + '<style:style style:name="New_20_page" style:family="paragraph" style:parent-style-name="Heading_20_2">'
    '<style:paragraph-properties fo:break-before="page"/></style:style>'
    '<style:style style:name="Head" style:family="paragraph"><style:text-properties fo:font-weight="bold"/></style:style>'
)


def odt(html: str, pictures: Mapping[str, bytes], title: str) -> bytes:
    """The document. ``pictures``: the source of each ``img`` in the page -> its PNG. The same page gives the same bytes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    body = "".join(reader.parts)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES} office:version="1.2"><office:body>'
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )
    files = {
        "styles.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {_NAMESPACES} office:version="1.2">'
        f"<office:styles>{_STYLES}</office:styles></office:document-styles>",
        "meta.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta {_NAMESPACES} office:version="1.2"><office:meta>'
        f"<dc:title>{escape(printable(title))}</dc:title><dc:language>en-GB</dc:language></office:meta></office:document-meta>",
        "content.xml": content,
    }
    return _zipped(files, pictures)


def _zipped(files: Mapping[str, str], pictures: Mapping[str, bytes]) -> bytes:
    kinds = {"/": MIME, **dict.fromkeys(files, "text/xml"), **dict.fromkeys(pictures, "image/png")}
    entries = "".join(
        f'<manifest:file-entry manifest:full-path={quoteattr(name)} manifest:media-type="{kind}"/>'
        for name, kind in kinds.items()
    )
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest {_NAMESPACES} manifest:version="1.2">{entries}'
        "</manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", LONG_AGO), MIME, zipfile.ZIP_STORED)  # first and uncompressed
        every: dict[str, str | bytes] = {"META-INF/manifest.xml": manifest, **files, **pictures}
        for name, data in every.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Reader(HTMLParser):
    """Writes the parts of the document as it reads the page. Text outside of blocks is left out, as is layout."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.text: list[str] | None = None
        self.hidden = 0
        self.tables = 0
        self.columns: int | None = None
        self.new_page = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in LEFT_OUT or self.hidden:
            self.hidden += tag in LEFT_OUT
        elif "page" in (given.get("class") or "").split():
            self.new_page = True
        elif tag in BLOCKS:
            self.text = []
            if tag in ("th", "td"):
                self.parts.append('<table:table-cell office:value-type="string">')
        elif tag in ("ul", "ol"):
            self.parts.append("<text:list>")
        elif tag == "table":
            self.tables += 1
            self.columns = len(self.parts)
            self.parts += [f'<table:table table:name="Table{self.tables}">', ""]
        elif tag == "tr":
            self.parts.append("<table:table-row>")
        elif tag == "img":
            self._picture(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in LEFT_OUT:
            self.hidden -= 1
        elif self.hidden:
            return
        elif tag in BLOCKS:
            self._block(tag)
        elif tag in ("ul", "ol"):
            self.parts.append("</text:list>")
        elif tag == "tr":
            self._row()
        elif tag == "table":
            self.parts.append("</table:table>")

    def handle_data(self, data: str) -> None:
        if self.text is not None and not self.hidden:
            self.text.append(data)

    def _block(self, tag: str) -> None:
        words = escape(printable(" ".join("".join(self.text or ()).split())))
        self.text = None
        if tag in HEADINGS:
            level = HEADINGS[tag]
            style = "New_20_page" if self.new_page and level == 2 else f"Heading_20_{level}"
            self.new_page = self.new_page and level != 2
            self.parts.append(f'<text:h text:style-name="{style}" text:outline-level="{level}">{words}</text:h>')
            return
        style = ' text:style-name="Head"' if tag in ("th", "dt", "caption") else ""
        written = f"<text:p{style}>{words}</text:p>"
        if tag == "li":
            written = f"<text:list-item>{written}</text:list-item>"
        self.parts.append(f"{written}</table:table-cell>" if tag in ("th", "td") else written)

    def _row(self) -> None:
        """End a row; the first one says how many columns its table has."""
        self.parts.append("</table:table-row>")
        if self.columns is not None:
            cells = sum(part.startswith("<table:table-cell") for part in self.parts[self.columns :])
            self.parts[self.columns + 1] = f'<table:table-column table:number-columns-repeated="{cells}"/>'
            self.columns = None

    def _picture(self, given: Mapping[str, str | None]) -> None:
        wide, high = (int(given[side] or 0) / UNITS_TO_A_CM for side in ("width", "height"))
        self.parts.append(
            f'<text:p><draw:frame draw:name={quoteattr(given["src"] or "")} svg:width="{wide:.2f}cm" svg:height="{high:.2f}cm">'
            f'<draw:image xlink:href={quoteattr(given["src"] or "")} xlink:type="simple"/>'
            f"<svg:title>{escape(printable(given.get('alt') or ''))}</svg:title></draw:frame></text:p>"
        )
