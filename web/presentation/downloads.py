"""A table as an answer to keep."""

from flask import Response, abort

from web.presentation.table_files import FORMATS, Download, as_bytes
from web.site import access_control


def download(table: Download, form: str, stem: str) -> Response:
    """The table as a download, noted in the access log for every case in it. 404 for an unknown format."""
    if form not in FORMATS:
        abort(404, f"There is no download as {form}; there are {', '.join(FORMATS)}.")
    noted = "; ".join(f"{name}: {value}" for name, value in table.notes)
    access_control.log(
        "downloaded", *dict.fromkeys(table.cases), detail=f"{stem}.{form}, {len(table.rows)} rows. {noted}".strip()
    )
    answer = Response(as_bytes(table, form), content_type=FORMATS[form][0])
    answer.headers["Content-Disposition"] = f'attachment; filename="{stem}.{form}"'
    return answer
