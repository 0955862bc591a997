"""The app factory: it makes the Flask app from the pages, their templates and what all of them share."""

from collections.abc import Callable, Iterable
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType

from flask import Flask, Response, jsonify, request
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from domain import __version__
from domain.accounts.roles import SECOND_FACTOR, Role
from domain.entries.code_lists import HeldBy
from domain.store.database import Database
from web.admin import (
    access_log_page,
    accounts_pages,
    data_page,
    destinations_page,
    extract_page,
    imports_page,
    invitations_page,
    key_requests,
    machine_pages,
    openid,
    own_account_pages,
    proof_page,
    requests_page,
    second_factor_pages,
    sign_in_pages,
    sources_page,
    start_page,
)
from web.api import json_api
from web.board_pack import board_pack_page
from web.cases import (
    answers_tab,
    attached_page,
    calendar_feed,
    case_page,
    caseload_page,
    due_tab,
    history_tab,
    keeping_pages,
    keeping_requests,
    matrix_pages,
    reading_reply_page,
    replay_pages,
    search_page,
    timeline_tab,
)
from web.desk import (
    changes_page,
    desk_home,
    desk_lists,
    next_duty,
    seen_pages,
    snooze_pages,
    stored_late_page,
    verdicts_page,
)
from web.digest import digest_pages
from web.handbook import about_pages, handbook_pages
from web.inspections import (
    agreement_page,
    alert_page,
    area_pages,
    calibration_page,
    drawing_page,
    evidence_page,
    inspection_opening,
    inspection_progress,
    interests_page,
    interview_page,
    management_page,
    my_reading_page,
    policy_page,
    process_page,
    publication_page,
    reading_allocation,
    reading_pages,
    replacing_page,
    report_page,
    sample_pages,
    sampling_frame_page,
    scoring_sheet,
)
from web.officers import actions_pages, learning_page, officers_page, sheet_page, staff_address
from web.presentation import template_words
from web.recording import (
    after_recording,
    begin_page,
    countersign_page,
    forms_of_duties,
    kept_drafts,
    limits_by_hand,
    outcomes_page,
    recording_pages,
    undo_page,
)
from web.reports import measure_pages, process_pages
from web.services import (
    asked_of_reader,
    current_cases,
    current_inspections,
    following_read_model,
    meeting_entry,
    person_banner,
    service_state,
    witness_state,
)
from web.site import (
    access_control,
    access_logging,
    body_limits,
    date_line,
    dear_pages,
    entry_ids,
    error_log,
    error_pages,
    front_door,
    installation,
    kept_templates,
    languages,
    links,
    observed,
    outages,
    reading_date,
    request_ids,
    security_headers,
    site_assets,
)
from web.site.demo_guard import DemoGuard

PAGES: tuple[ModuleType, ...] = (
    start_page,
    sign_in_pages,
    openid,
    invitations_page,
    second_factor_pages,
    own_account_pages,
    desk_home,
    desk_lists,
    snooze_pages,
    stored_late_page,
    changes_page,
    seen_pages,
    verdicts_page,
    caseload_page,
    matrix_pages,
    learning_page,
    officers_page,
    sheet_page,
    actions_pages,
    measure_pages,
    process_pages,
    board_pack_page,
    case_page,
    due_tab,
    timeline_tab,
    answers_tab,
    attached_page,
    reading_reply_page,
    history_tab,
    keeping_pages,
    replay_pages,
    search_page,
    recording_pages,
    undo_page,
    outcomes_page,
    countersign_page,
    begin_page,
    scoring_sheet,
    inspection_opening,
    inspection_progress,
    interests_page,
    process_page,
    alert_page,
    evidence_page,
    interview_page,
    area_pages,
    calibration_page,
    sampling_frame_page,
    drawing_page,
    sample_pages,
    replacing_page,
    reading_allocation,
    reading_pages,
    management_page,
    my_reading_page,
    agreement_page,
    policy_page,
    publication_page,
    report_page,
    handbook_pages,
    about_pages,
    languages,
    calendar_feed,
    digest_pages,
    accounts_pages,
    machine_pages,
    data_page,
    destinations_page,
    requests_page,
    extract_page,
    imports_page,
    sources_page,
    proof_page,
    access_log_page,
)
"""The modules of all pages, by subject. Several may add their pages to one blueprint."""


def create_app(
    database: str,
    *,
    today: Callable[[], date] | None = None,
    demo: bool = False,
    behind_proxy: bool = False,
    open_id: dict[str, str] | None = None,
    trusted_proxies: Iterable[str] = (),
    site_names: Iterable[str] = (),
    second_factor: Iterable[Role] = SECOND_FACTOR,
    places: Path | None = None,
    held_by: HeldBy | None = None,
) -> Flask:
    """The site over one database (its address). ``today`` sets the clock, for tests and demonstrations.

    ``demo``: people sign in from one page without a password. ``behind_proxy``: a proxy stands in front and does the TLS; the
    headers of ``trusted_proxies`` (networks; default: this machine) on the client's address are trusted, and cookies are sent
    over HTTPS only. ``site_names``: the hosts of the site (default: those of this machine alone). ``second_factor``: the roles
    that must have one. ``open_id``: see ``web.admin.openid`` (default: from the environment). ``places``: see
    ``web.site.dear_pages``. ``held_by``: who runs the installation (default: from the environment, see ``web.site.installation``).

    Settings read from ``app.config``: ``DATABASE``; ``TODAY`` (a callable that returns the day); ``DEFAULT_MOMENT`` (a
    callable that returns the moment of a page whose address names none, or None for today as the file stands);
    ``FOOTER_NOTE`` (a callable that returns a line for the footer).
    """
    app = Flask("web", static_folder="assets", static_url_path="/assets")
    app.config.update(
        DATABASE=Database.at(database).for_site().address, TODAY=today, DEMO=demo, OPENID=open_id, DEFAULT_MOMENT=None,
        FOOTER_NOTE=None, SESSION_COOKIE_SECURE=behind_proxy, PLACES=places, SECOND_FACTOR=frozenset(second_factor),
        HELD_BY=held_by,
    )  # fmt: skip
    door = front_door.attach(
        app, proxies=(tuple(trusted_proxies) or front_door.LOOPBACK) if behind_proxy else (), names=site_names
    )
    if demo:
        app.wsgi_app = DemoGuard(app.wsgi_app)  # type: ignore[method-assign]
    observed.attach(app, door.is_proxy)
    service_state.attach(app)
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(Path(__file__).parent),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    kept_templates.attach(app)
    with app.app_context():
        app.secret_key = access_control.register().key.derive("cookies")
        app.extensions.pop("register").close()  # each process opens its own after a fork
    for part in (
        outages,
        request_ids,
        entry_ids,
        installation,
        staff_address,
        error_log,
        site_assets,
        body_limits,
        access_control,
        dear_pages,
        reading_date,
        date_line,
        sign_in_pages,
        openid,
        invitations_page,
        languages,
        links,
        template_words,
        following_read_model,
        current_cases,
        asked_of_reader,
        current_inspections,
        person_banner,
        meeting_entry,
        forms_of_duties,
        kept_drafts,
        after_recording,
        changes_page,
        digest_pages,
        next_duty,
        snooze_pages,
        limits_by_hand,
        key_requests,
        sources_page,
        destinations_page,
        keeping_requests,
        area_pages,
        my_reading_page,
        requests_page,
        search_page,
        security_headers,
        error_pages,
    ):
        part.attach(app)
    for blueprint in dict.fromkeys(page.blueprint for page in PAGES):
        app.register_blueprint(blueprint)

    @app.get("/healthz")
    @access_control.open_to_anyone
    def healthz() -> tuple[Response, int]:
        state, code = following_read_model.health()
        if code == 200:
            state |= witness_state.faults()
        if not ip_address(request.remote_addr or "::").is_loopback:  # totals would tell a blind reader of others
            state = {name: said for name, said in state.items() if name in ("status", "reason", "seconds")}
        return jsonify(state), code

    @app.context_processor
    def common() -> dict[str, object]:
        return {"version": __version__, "footer_note": app.config["FOOTER_NOTE"], "demo": demo}

    json_api.attach(app)
    access_logging.attach(app, lambda: access_control.register().log, access_control.signed_in)
    outages.attach_last(app)
    access_control.check(app)
    return app
