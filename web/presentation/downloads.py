"""A table, a document or a picture as an answer to keep."""

import re
import unicodedata

from flask import Response, abort

from web.presentation.drawing import Drawing, svg
from web.presentation.drawing_png import png
from web.presentation.table_files import FORMATS, Download, as_bytes
from web.site import access_control


def download(table: Download, form: str, stem: str) -> Response:
    """The table as a download, noted in the access log with the cases in it. 404 for an unknown format."""
    if form not in FORMATS:
        abort(404, f"There is no download as {form}; there are {', '.join(FORMATS)}.")
    access_control.log("downloaded", *table.cases, detail=f"{stem}.{form}, {len(table.rows)} rows")
    return _to_keep(as_bytes(table, form), FORMATS[form][0], f"{stem}.{form}")


DOCUMENTS = {"pdf": "application/pdf", "odt": "application/vnd.oasis.opendocument.text"}

PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


def document(made: bytes, form: str, stem: str) -> Response:
    """A document in one of ``DOCUMENTS`` as a download, noted in the access log."""
    access_control.log("downloaded", detail=f"{stem}.{form}")
    return _to_keep(made, DOCUMENTS[form], f"{stem}.{form}")


def picture(drawing: Drawing, form: str, stem: str) -> Response:
    """A chart as a download, noted in the access log. 404 for an unknown format."""
    if form not in PICTURES:
        abort(404, f"There is no picture as {form}; there are {', '.join(PICTURES)}.")
    access_control.log("downloaded", detail=f"{stem}.{form}")
    return _to_keep(svg(drawing).encode() if form == "svg" else png(drawing), PICTURES[form], f"{stem}.{form}")


def _to_keep(data: bytes, kind: str, name: str) -> Response:
    answer = Response(data, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(name)}"'
    return answer


def file_name(name: str) -> str:
    """The name of a file, of any text: plain letters, digits, dots and hyphens, which every header and disk takes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", plain)
