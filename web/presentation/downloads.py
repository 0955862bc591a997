"""A table as an answer to keep."""

from flask import Response, abort

from web.presentation.table_files import FORMATS, Download, as_bytes
from web.site import access_control


def download(table: Download, form: str, stem: str) -> Response:
    """The table as a download, noted in the access log with the cases in it. 404 for an unknown format."""
    if form not in FORMATS:
        abort(404, f"There is no download as {form}; there are {', '.join(FORMATS)}.")
    access_control.log("downloaded", *table.cases, detail=f"{stem}.{form}, {len(table.rows)} rows")
    answer = Response(as_bytes(table, form), content_type=FORMATS[form][0])
    answer.headers["Content-Disposition"] = f'attachment; filename="{stem}.{form}"'
    return answer
