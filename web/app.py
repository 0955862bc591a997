"""The app factory: one place that puts the pages, their templates and their manners together."""

import os
import secrets
from collections.abc import Callable
from datetime import date

from flask import Blueprint, Flask, Response, jsonify
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from domain import __version__
from web import (
    access,
    api,
    asat,
    assessing,
    assets,
    book,
    calendars,
    caseload,
    cases,
    compliance,
    desk,
    errors,
    following,
    gate,
    handbook,
    headers,
    home,
    imports,
    inspecting,
    inspections,
    links,
    matrix,
    openid,
    recording,
    replay,
    reporting,
    sentences,
    signing_in,
    staff,
    words,
)

PAGES: tuple[Blueprint, ...] = (
    home.blueprint,
    signing_in.blueprint,
    openid.blueprint,
    desk.blueprint,
    caseload.blueprint,
    matrix.blueprint,
    compliance.blueprint,
    cases.blueprint,
    replay.blueprint,
    recording.blueprint,
    inspections.blueprint,
    inspecting.blueprint,
    assessing.blueprint,
    reporting.blueprint,
    handbook.blueprint,
    calendars.blueprint,
    staff.blueprint,
    imports.blueprint,
    access.blueprint,
)
"""Every blueprint of pages, one a noun."""

LARGEST = 64 * 2**20
"""Bytes: the largest file that the import page takes. Larger ones go through ``caseaudit import``."""


def create_app(
    database: str,
    *,
    today: Callable[[], date] | None = None,
    demo: bool = False,
    behind_proxy: bool = False,
    open_id: dict[str, str] | None = None,
) -> Flask:
    """The site over one database (a path). ``today`` sets the clock (tests, demonstrations).

    ``demo``: people sign in from one page without a password. ``behind_proxy``: one proxy in front ends TLS; its word on
    who asks is trusted and cookies travel over HTTPS only. ``open_id``: see ``web.openid`` (default: environment).

    Settings read from ``app.config``: ``DATABASE``; ``TODAY`` (a callable that returns the day); ``DEFAULT_MOMENT`` (a
    callable that returns the moment a page is read at when its address names none, or None for today as the file
    stands); ``FOOTER_NOTE`` (a callable that returns a line for the footer).
    """
    app = Flask("web", static_folder="assets", static_url_path="/assets", template_folder="templates")
    app.config.update(
        DATABASE=database, TODAY=today, DEMO=demo, OPENID=open_id, DEFAULT_MOMENT=None, FOOTER_NOTE=None,
        SESSION_COOKIE_SECURE=behind_proxy, MAX_CONTENT_LENGTH=LARGEST,
    )  # fmt: skip
    if behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    app.jinja_loader = ChoiceLoader(
        [
            PackageLoader("web"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    with app.app_context():
        kept = gate.register().setting("secret key", secrets.token_hex(32))
        app.extensions.pop("register").close()  # each process opens its own after the fork
    app.secret_key = os.environ.get("CASEAUDIT_SECRET_KEY") or kept
    for part in (
        assets,
        gate,
        asat,
        signing_in,
        openid,
        links,
        words,
        sentences,
        following,
        book,
        recording,
        headers,
        errors,
    ):
        part.attach(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)

    @app.get("/healthz")
    @gate.open_to_anyone
    def healthz() -> tuple[Response, int]:
        said, code = following.health()
        return jsonify(said), code

    @app.context_processor
    def common() -> dict[str, object]:
        return {"version": __version__, "footer_note": app.config["FOOTER_NOTE"], "demo": demo}

    api.attach(app)
    gate.check(app)
    return app
