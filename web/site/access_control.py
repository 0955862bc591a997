"""Access control: which roles may enter each route, who is signed in, and the access log.

Every view states who may enter, with ``open_to`` or ``open_to_anyone``. The app does not start while one does not.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import ROLES, Account, Role
from web.site import access_logging, clock

View = TypeVar("View", bound=Callable[..., Any])

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
"""A sign-in ends after half an hour without a request, and after ten hours in any case."""

CHANGING = ("signing_in.password", "signing_in.change_password", "signing_in.leave")
"""The pages open to a person whose password was given to them, until they change it."""

log, shown = access_logging.did, access_logging.shown
"""What a view says of its request for the access log: what it does, and which cases it shows."""

ANYONE: frozenset[Role] = frozenset()
"""The roles of a view that needs no sign-in."""


def open_to(*roles: Role) -> Callable[[View], View]:
    """State that these roles may enter a view (none named: every role)."""

    def state(view: View) -> View:
        view.opens_to = frozenset(roles or ROLES)  # type: ignore[attr-defined]
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


def opens_to(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """The roles that may enter. None where the view does not state them."""
    return getattr(app.view_functions.get(endpoint), "opens_to", None)


def may_enter(who: Account, endpoint: str) -> bool:
    """Whether a view is open to the role of this account."""
    return who.is_one_of(opens_to(current_app, endpoint) or ())


def register() -> AccountRegister:
    """The accounts of the app's database. Opened at the first request of each process, then kept."""
    kept = current_app.extensions.get("register")
    if kept is None:
        kept = current_app.extensions["register"] = AccountRegister(current_app.config["DATABASE"])
    return cast(AccountRegister, kept)


class SignedIn:
    """The account of a session, with the attributes that Flask-Login needs."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, account: Account, mark: str):
        self.account, self.mark = account, mark

    def get_id(self) -> str:
        return f"{self.mark}:{self.account.username}"


def mark_of(account: Account) -> str:
    """A digest of the account's password, kept in each session. A new password ends every session."""
    return sha256(register().password(account.username).encode()).hexdigest()[:16]


def signed_in() -> Account | None:
    """The account of the person signed in. None where nobody is."""
    return current_user.account if isinstance(current_user._get_current_object(), SignedIn) else None


def account() -> Account:
    """The account of the person signed in. 401 where nobody is."""
    found = signed_in()
    if found is None:
        abort(401)
    return found


def recorder_name(recorded_by: str | None) -> str:
    """The name of the person who recorded an entry: of the account, or as the import gave it."""
    if "names" not in g:
        g.names = {account.username: account.name for account in register().accounts()}
    names: Mapping[str, str] = g.names
    return names.get(recorded_by or "", recorded_by or "")


def sign_in(account: Account, how: str) -> None:
    """Begin a session. ``how``: ``password``, or by what else the person was recognised; it goes into the log."""
    access_logging.write_now("signed in", account, how)
    session.clear()
    session["how"] = how
    session.permanent = True
    session["since"] = clock.now().isoformat()
    login_user(SignedIn(account, mark_of(account)))


def sign_out() -> None:
    logout_user()
    session.clear()


def _load(session_id: str) -> SignedIn | None:
    mark, _, username = session_id.partition(":")
    found, since = register().open_account(username, clock.day()), session.get("since")
    ended = since is None or clock.now() - datetime.fromisoformat(since) > LONGEST
    return None if found is None or ended or mark_of(found) != mark else SignedIn(found, mark)


def _readable() -> None:
    """400 where a request has the character NUL in it, which PostgreSQL cannot store."""
    sent = [request.path, *request.args.keys(), *request.args.values(), *request.form.keys()]
    sent += [text for texts in request.form.listvalues() for text in texts]
    if any("\0" in text for text in sent):
        abort(400, "There is a character in what was sent that the service cannot keep (NUL). Nothing was recorded.")


def _enter() -> Response | str | None:
    """Before every page: let the person in, send them to sign in, or refuse."""
    if request.endpoint is None:
        return None
    allowed = opens_to(current_app, request.endpoint)
    if allowed == ANYONE:
        return None
    who = signed_in()
    if who is None:
        if request.path.startswith("/api/"):
            abort(401, "Sign in first: the API is read with the site's own session.")
        return _ask_to_sign_in()
    if not may_enter(who, request.endpoint):
        abort(403)
    if who.must_change and session.get("how") == "password" and request.endpoint not in CHANGING:
        return redirect(url_for("signing_in.password"))
    return None


def _ask_to_sign_in() -> Response | str:
    view = current_app.view_functions[request.endpoint or ""]
    if request.method == "POST":
        ask = current_app.config["ASK_TO_SIGN_IN"]
        page: str = ask(request.full_path.rstrip("?"), request.form if getattr(view, "keeps_typed", False) else None)
        return page
    if request.path != "/":
        flash("Sign in to see that page.")
    return redirect(url_for("signing_in.index", next=request.full_path.rstrip("?")))


def attach(app: Flask) -> None:
    """Guard every route, and give the templates ``signed_in``.

    ``ASK_TO_SIGN_IN`` in the app's config shows the sign-in page for a form that came too late.
    """
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config.update(
        PERMANENT_SESSION_LIFETIME=IDLE,
        SESSION_COOKIE_NAME="caseaudit",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    manager = LoginManager(app)
    manager.session_protection = None  # a session ends by a new password or by its age, see _load
    manager.user_loader(_load)
    app.before_request(_readable)
    app.before_request(_enter)
    CSRFProtect(app)
    open_to_anyone(app.view_functions["static"])
    app.add_template_global(signed_in)
    app.add_template_filter(recorder_name)


def check(app: Flask) -> None:
    """``RuntimeError`` names the views that do not state who may enter."""
    silent = sorted(endpoint for endpoint in app.view_functions if opens_to(app, endpoint) is None)
    if silent:
        raise RuntimeError(f"these views don't say who may enter: {', '.join(silent)}")
