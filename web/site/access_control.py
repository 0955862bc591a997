"""Access control: which roles may enter each route, who is signed in, and the access log.

Every view states who may enter, with ``open_to`` or ``open_to_anyone``. The app does not start while one does not.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import MACHINES, PEOPLE, Account, Role
from domain.accounts.sign_in_sessions import IDLE, Session, Stage
from domain.store.stored_by import SAMPLES, StoredBy
from web.site import access_logging, clock, machines, outages, problems
from web.site.cookie_signing import CookieSigning

View = TypeVar("View", bound=Callable[..., Any])

CHANGING = ("signing_in.password", "signing_in.change_password", "signing_in.leave")
"""The pages open to a person whose password was given to them, until they change it."""

WITHOUT_PASSWORD = ("OpenID Connect", "demonstration")
"""How somebody is recognised who has no password here, or does not use it."""

log, shown = access_logging.did, access_logging.shown
"""What a view says of its request for the access log: what it does, and which cases it shows."""

ANYONE: frozenset[Role] = frozenset()
"""The roles of a view that needs no sign-in."""


def open_to(*roles: Role) -> Callable[[View], View]:
    """State that these roles of persons may enter a view (none named: every one of them)."""

    def state(view: View) -> View:
        view.opens_to = frozenset(roles or PEOPLE)  # type: ignore[attr-defined]
        return view

    return state


def open_to_anyone(view: View) -> View:
    """State that a view asks for no sign-in."""
    view.opens_to = ANYONE  # type: ignore[attr-defined]
    return view


def keeps_what_was_typed(view: View) -> View:
    """State that a form sent to this view after the sign-in ended is shown again, filled in, after signing in."""
    view.keeps_typed = True  # type: ignore[attr-defined]
    return view


def keeps_draft(keep: Callable[..., str | None]) -> Callable[[View], View]:
    """State that what is sent to this view too late is kept as its writer's draft by ``keep``, with the arguments of the view.

    ``keep`` gives the address of the draft, to go on at after signing in; None where it kept nothing.
    """

    def state(view: View) -> View:
        view.keep_draft = keep  # type: ignore[attr-defined]
        return view

    return state


def kept_as_draft() -> str | None:
    """Keep what this request sent as a draft, where its view does so; the address to go on at."""
    keep = getattr(current_app.view_functions.get(request.endpoint or ""), "keep_draft", None)
    following: str | None = None if keep is None else keep(**(request.view_args or {}))
    return following


def opens_to(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """The roles that may enter. None where the view does not state them."""
    return getattr(app.view_functions.get(endpoint), "opens_to", None)


def may_enter(who: Account, endpoint: str) -> bool:
    """Whether a view is open to the role of this account, or to the rights of this machine."""
    if who.is_machine:
        return machines.may_enter(who, endpoint)
    return who.is_one_of(opens_to(current_app, endpoint) or ())


_opening = Lock()
"""Held by the thread that opens the register, so that no other opens it too."""


def register() -> AccountRegister:
    """The accounts of the app's database. Opened at the first request of each process, then kept."""
    with _opening:
        kept = current_app.extensions.get("register")
        if kept is None:
            kept = current_app.extensions["register"] = AccountRegister(current_app.config["DATABASE"])
    return cast(AccountRegister, kept)


def _held() -> tuple[Session, Account] | None:
    """The session that the browser's token names, with its account; looked up once a request."""
    token = session.get("token", "")
    if not token:
        return None
    if g.get("held", ("",))[0] != token:
        g.held = token, register().sessions.find(token, clock.now())
        outages.note_answered()
    found: tuple[Session, Account] | None = g.held[1]
    return found


def signed_in() -> Account | None:
    """The account of the person signed in, or of the machine whose token the request has.

    None where nobody is, or the second factor is still to come.
    """
    if machines.is_asked():
        return machines.bearer(register()).account
    held = _held()
    return held[1] if held is not None and held[0].stage == "whole" else None


def arriving(*stages: Stage) -> Account | None:
    """The account of somebody who gave the right password, and whose sign-in is at one of these stages."""
    held = _held()
    return held[1] if held is not None and held[0].stage in stages else None


def own_session() -> Session:
    """The session of this request. 401 where there is none."""
    held = _held()
    if held is None:
        abort(401)
    return held[0]


def account() -> Account:
    """The account of the person signed in. 401 where nobody is."""
    found = signed_in()
    if found is None:
        abort(401)
    return found


def stored_by_account(username: str) -> str:
    """Who is on record as storing what is recorded by hand: the account of this user name.

    The demonstration's day lies in the past. What is tried out there counts as of its samples, so it is
    not stored late; it reads as recorded here (``StoredBy.tried_out``).
    """
    source = SAMPLES if current_app.config.get("DEMO") else ""
    return str(StoredBy(username, source, taking_over=bool(source)))


def recorder_name(recorded_by: str | None) -> str:
    """The name of the person who recorded an entry: of the account, or as the import gave it."""
    if "names" not in g:
        g.names = {account.username: account.name for account in register().accounts()}
    names: Mapping[str, str] = g.names
    return names.get(recorded_by or "", recorded_by or "")


def sign_in(account: Account, how: str, stage: Stage = "whole") -> None:
    """Begin a session. ``how``: ``password``, or by what else the person was recognised; it goes into the log.

    The log comes first: where it cannot be written, nobody is signed in. A machine never is.
    """
    if account.is_machine:
        abort(403, "A machine account never signs in. It uses the API, with a token.")
    if stage == "whole":
        access_logging.write_now("signed in", account, how)
    sign_out()
    session.permanent = True
    session["token"] = register().sessions.begin(account, how, clock.now(), request.remote_addr or "", stage)


def sign_out() -> None:
    """End the session here and in the browser."""
    held = _held()
    if held is not None:
        register().sessions.end(held[0].id)
    session.clear()
    g.pop("held", None)


CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Line breaks and other control characters: no address of ours has any. A text that is sent with a form may have line breaks."""


def _readable() -> None:
    """404 where the path has a control character, 400 where the arguments of the address have one, or a form the character NUL.

    PostgreSQL cannot store NUL. The address of a calendar is one secret: with anything else in it, it is none.
    """
    sent = [request.path, *request.form.keys(), *(text for texts in request.form.listvalues() for text in texts)]
    asked = [text for pair in request.args.items(multi=True) for text in pair]
    if any("\0" in text for text in (*sent, *asked)):
        abort(400, "There is a character in what was sent that the service cannot keep (NUL). Nothing was recorded.")
    if CONTROL.search(request.path) or (request.endpoint == "calendars.feed" and any(map(CONTROL.search, asked))):
        abort(404)
    if any(map(CONTROL.search, asked)):
        abort(
            400,
            "There is a line break or another control character in the address. Take it out, or use the page's links.",
        )


def _enter() -> Response | str | None:
    """Before every page: let the person in, send them to sign in, or refuse."""
    if request.endpoint is None:
        return None
    allowed = opens_to(current_app, request.endpoint)
    if allowed == ANYONE:
        return None
    machines.refuse_in_address()
    if machines.is_asked():
        machines.enter(register())
        return None
    who = signed_in()
    if who is None:
        if problems.asked_for():
            abort(401, "Sign in first: on the site, whose session the API takes too, or with a token.")
        return _go_on_arriving() or _ask_to_sign_in()
    if not may_enter(who, request.endpoint):
        abort(403)
    if who.must_change and own_session().how not in WITHOUT_PASSWORD and request.endpoint not in CHANGING:
        if problems.asked_for():
            abort(403, "Change the password that you were given first, on the site.")
        return redirect(url_for("signing_in.password"))
    return None


def _go_on_arriving() -> Response | None:
    """To the second factor, where the password was right."""
    if arriving("factor") is not None:
        return redirect(url_for("factors.ask"))
    return redirect(url_for("factors.enrol")) if arriving("enrol") is not None else None


def _ask_to_sign_in() -> Response | str:
    view = current_app.view_functions[request.endpoint or ""]
    if request.method == "POST":
        if following := kept_as_draft():
            return redirect(url_for("signing_in.index", next=following))
        ask = current_app.config["ASK_TO_SIGN_IN"]
        page: str = ask(request.full_path.rstrip("?"), request.form if getattr(view, "keeps_typed", False) else None)
        return page
    if request.path != "/":
        flash("Sign in to see that page.")
    return redirect(url_for("signing_in.index", next=request.full_path.rstrip("?")))


def cookie_name(name: str, *, secure: bool) -> str:
    """The name of a cookie: under https one that the browser takes from this host alone (``__Host-``)."""
    return f"__Host-{name}" if secure else name


def needs_second_factor(account: Account) -> bool:
    """Whether the site asks people of this role for a second factor. The demonstration asks nobody."""
    asked: Iterable[Role] = current_app.config["SECOND_FACTOR"]
    return not current_app.config["DEMO"] and account.is_one_of(asked)


def attach(app: Flask) -> None:
    """Guard every route, and give the templates ``signed_in``.

    ``ASK_TO_SIGN_IN`` in the app's config shows the sign-in page for a form that came too late.
    """
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    secure = bool(app.config.get("SESSION_COOKIE_SECURE"))
    app.config.update(
        PERMANENT_SESSION_LIFETIME=IDLE,
        SESSION_COOKIE_NAME=cookie_name("caseaudit", secure=secure),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.session_interface = CookieSigning()
    app.before_request(_readable)
    app.before_request(_enter)
    CSRFProtect(app)
    machines.attach(app)
    open_to_anyone(app.view_functions["static"])
    app.add_template_global(signed_in)
    app.add_template_filter(recorder_name)
    app.add_template_global(recorder_name, "recorder_name_of")


def check(app: Flask) -> None:
    """``RuntimeError`` names the views that do not state who may enter.

    What only machines enter needs no token of a form: no session counts there, and no browser sends a bearer token by itself.
    """
    for view in app.view_functions.values():
        if getattr(view, "opens_to", None) == frozenset(MACHINES):
            app.extensions["csrf"].exempt(view)
    silent = sorted(endpoint for endpoint in app.view_functions if opens_to(app, endpoint) is None)
    if silent:
        raise RuntimeError(f"these views don't say who may enter: {', '.join(silent)}")
