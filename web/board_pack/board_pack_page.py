"""The board pack of a place: on a page, as PDF and ODT, and each chart as SVG or PNG."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from domain.accounts.roles import MANAGERS
from domain.policy.measures.board_pack_pages import board_pack
from projections.inspections import blind_reading
from projections.reports.measure_figures import ReportRequest
from web.board_pack import pack_document
from web.board_pack.pack_actions import pack_actions
from web.board_pack.pack_document import PrintedPack, print_pack
from web.presentation.comparison_words import HOW_CHANGED, HOW_COMPARED
from web.presentation.downloads import DOCUMENTS, document, picture
from web.presentation.drawing import Drawing, svg
from web.presentation.drawing_png import png
from web.presentation.odt_writer import odt
from web.presentation.pdf_writer import NoPdf, pdf
from web.reports.measure_pages import MONTHS_OFFERED, asked_of_report
from web.reports.measure_phrases import period_words
from web.reports.report_query import choices
from web.services import current_cases, following_read_model, report_cache
from web.site import access_control

blueprint = Blueprint("board_pack", __name__)


@blueprint.get("/board-pack")
@access_control.open_to(*MANAGERS)
def index() -> str:
    """The pack as it will be printed."""
    wanted = _asked()
    return render_template(
        "board_pack/board_pack.html",
        wanted=wanted,
        places=_places(wanted),
        months=[(str(n), f"{n} months") for n in sorted({*MONTHS_OFFERED, wanted.months})],
        drawn=lambda drawing, name: svg(drawing, name),
        **_common(made_pack(wanted)),
    )


@blueprint.get("/board-pack/download/<form>")
@access_control.open_to(*MANAGERS)
def table(form: str) -> BaseResponse:
    """The pack as a file; its page again with a message where no PDF can be made on this machine."""
    if form not in DOCUMENTS:
        abort(404, f"There is no board pack as {form}; there are {', '.join(DOCUMENTS)}.")
    pack = made_pack(_asked())
    stem = f"board-pack-{pack.whose.lower()}-{pack.asked.moment.on}"
    pictures: dict[str, bytes] = {}
    drawn = svg if form == "pdf" else lambda drawing, name: _kept(pictures, drawing, name)
    html = render_template("board_pack/pack_file.html", drawn=drawn, **_common(pack))
    try:
        made = pdf(html) if form == "pdf" else odt(html, pictures, f"Board pack: {pack.whose}")
    except NoPdf as error:
        flash(str(error))
        return redirect(url_for("board_pack.index", of=request.args.get("of"), months=request.args.get("months")))
    return document(made, form, stem)


@blueprint.get("/board-pack/<int:recommendation>/<which>/<form>")
@access_control.open_to(*MANAGERS)
def chart_table(recommendation: int, which: str, form: str) -> Response:
    """One chart of the pack as a picture."""
    page = made_pack(_asked()).page(recommendation)
    drawing = page.charts.get(which) if page is not None else None
    if drawing is None:
        abort(404, "There is no such chart in the pack.")
    return picture(drawing, form, f"recommendation-{recommendation}-{which}")


def _kept(pictures: dict[str, bytes], drawing: Drawing, name: str) -> Any:
    """The element that shows a drawing in a document with pictures of its own, where the picture is put."""
    source = f"Pictures/{name}.png"
    pictures[source] = png(drawing)
    return Markup('<img src="{}" width="{}" height="{}" alt="{}">').format(
        source, drawing.width, drawing.height, f"{drawing.title}. {drawing.says}"
    )


def _asked() -> ReportRequest:
    return of_a_place(asked_of_report())


def of_a_place(wanted: ReportRequest) -> ReportRequest:
    """The same request. 404 for an officer: no pack names one."""
    if wanted.scope.level == "officer":
        abort(404, "A board pack is of an area, a division or a team, never of an officer.")
    return wanted


def made_pack(wanted: ReportRequest) -> PrintedPack:
    """The pack for a place and period, kept until the record goes on."""
    question = ("board pack", wanted.months, wanted.scope, *report_cache.reader_and_moment())
    return report_cache.kept(question, lambda: print_pack(board_pack(), wanted, report_cache.told_figures()))


def _places(wanted: ReportRequest) -> list[tuple[str, str]]:
    every = choices(report_cache.duty_queries(), wanted.moment, access_control.account())
    return [(spelled, words) for spelled, words in every if not spelled.startswith("officer:")]


def _common(pack: PrintedPack) -> dict[str, Any]:
    return {
        "pack": pack,
        "actions": pack_actions(pack.asked.holds),
        "period": period_words(pack.asked.period),
        "moment": pack.asked.moment,
        "made_by": access_control.account().name,
        "position": record_position(),
        "how_compared": HOW_COMPARED,
        "how_changed": HOW_CHANGED,
        "target_said": pack_document.target_words(board_pack()),
    }


def record_position() -> int | None:
    """How far the record went when the pack was made; None for whom that would tell that others have answered."""
    if blind_reading.reads_blind(current_cases.repository(), access_control.account()):
        return None
    return following_read_model.as_at(current_cases.today()).columns.position
