"""The app factory: one place that puts the pages, their templates and their manners together."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Flask, Response, jsonify
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from domain import __version__
from web import (
    asat,
    assets,
    book,
    caseload,
    cases,
    due,
    errors,
    handbook,
    headers,
    inspections,
    links,
    sentences,
    words,
)

PAGES: tuple[Blueprint, ...] = (
    inspections.blueprint,
    caseload.blueprint,
    cases.blueprint,
    due.blueprint,
    handbook.blueprint,
)
"""Every blueprint of pages, one a noun. One named ``api...`` neither carries nor checks the as-at moment."""


def create_app(database: str, *, today: Callable[[], date] | None = None) -> Flask:
    """The site over one database. ``today`` sets the clock (tests, demonstrations).

    Settings read from ``app.config``: ``DATABASE``; ``TODAY`` (a callable that returns the day); ``DEFAULT_MOMENT`` (a
    callable that returns the moment a page is read at when its address names none, or None for today as the file
    stands); ``FOOTER_NOTE`` (a callable that returns a line for the footer).
    """
    app = Flask("web", static_folder="assets", static_url_path="/assets", template_folder="templates")
    app.config.update(DATABASE=database, TODAY=today, DEFAULT_MOMENT=None, FOOTER_NOTE=None)
    app.jinja_loader = ChoiceLoader(
        [
            PackageLoader("web"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    for part in (assets, asat, links, words, sentences, book, headers, errors):
        part.attach(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.context_processor
    def common() -> dict[str, object]:
        return {"version": __version__, "footer_note": app.config["FOOTER_NOTE"]}

    return app
