"""Error pages: what happened and what to do, never a stack trace. Under ``/api/`` the same as problems."""

from flask import Flask, make_response, render_template, request
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, ServiceUnavailable
from werkzeug.wrappers import Response

from domain.policy.cited_documents import PolicyError
from domain.store.sealer import KeysMissing
from projections.read_model.column_keeper import TRY_AGAIN, ColumnsNotMade
from web.site import problems
from web.site.outages import or_outage
from web.site.reading_date import UnreadableDate

WORDS = {
    400: (
        "This page cannot be shown",
        "The web address or the form has something in it that the service cannot read.",
        "Go back, check what you entered and try again.",
    ),
    401: (
        "Sign in first",
        "This page is for people who have signed in.",
        "Sign in, and ask for it again.",
    ),
    403: (
        "This page is not open to you",
        "Your account does not reach it.",
        "If you need it for your work, ask your manager or the information manager.",
    ),
    404: (
        "Page not found",
        "There is nothing at this web address.",
        "If you typed or pasted the address, check that it is complete. A case is found by its reference,"
        " like X123456/1.",
    ),
    405: (
        "This page cannot be used in that way",
        "The web address is right, but it does not take what was sent to it. Nothing was recorded.",
        "Go back to the page before and use its links and buttons.",
    ),
    413: (
        "That is too large",
        "What you sent is larger than this page takes. Nothing was recorded.",
        "Shorten it. Large files of entries go through the command: caseaudit import.",
    ),
    500: (
        "Sorry, there is a problem with the service",
        "What you asked for did not work. If you were recording an entry, look first whether it was kept.",
        "Try again in a few minutes. If it happens again, tell the person who runs the service.",
    ),
}
"""Status -> the title of its page, what happened, what to do."""


def _own_words(error: HTTPException) -> str | None:
    """The message that our code gave with the error (``BadRequest("...")``, ``abort(404, "...")``), if any."""
    words = error.description
    return words if words and words != type(error).description else None


@or_outage
def refuse(error: HTTPException) -> Response | HTTPException:
    """Any HTTP error as a page. An error of the client keeps the message of our code."""
    if error.response is not None or error.code is None or error.code < 400:
        return error  # a complete response or a redirect, not an error
    kind = error.code if error.code in WORDS else 500 if error.code >= 500 else 400
    title, happened, advice = WORDS[kind]
    if error.code < 500:
        happened = _own_words(error) or happened
    if problems.asked_for():
        return problems.of_error(error, happened if error.code in WORDS or _own_words(error) else error.name)
    page = render_template("site/error.html", title=title, happened=happened, advice=advice)
    answer = make_response(page, error.code)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


@or_outage
def ask_again(error: UnreadableDate) -> Response:
    """In place of the page: the as-at bar with what was typed and what is wrong with it."""
    if problems.asked_for():
        errors = {name: [text] for name, text in error.problems.items()}
        return problems.problem(BadRequest.code, problems.in_words(errors), errors)
    return make_response(render_template("site/date_error.html", problems=error.problems), BadRequest.code)


@or_outage
def not_made(error: ColumnsNotMade) -> Response:
    """The answer for lists and figures while the columns that hold them have not been made yet."""
    happened = f"Nothing is lost: {error}. Try again in {TRY_AGAIN} seconds."
    headers = {"Retry-After": str(TRY_AGAIN)}
    if problems.asked_for():
        return problems.problem(ServiceUnavailable.code, happened, headers=headers)
    page = render_template(
        "site/error.html", title="These lists and figures are not ready yet", happened=happened,
        advice="Single cases can be read and recorded on meanwhile. Tell the person who runs the service if this stays.",
    )  # fmt: skip
    return make_response(page, ServiceUnavailable.code, headers)


@or_outage
def keys_missing(error: KeysMissing) -> Response:
    """The answer where the keys of persons are not here, so that nothing can be recorded on cases."""
    happened = f"Nothing was recorded: {error}."
    if problems.asked_for():
        return problems.problem(ServiceUnavailable.code, happened)
    page = render_template(
        "site/error.html", title="The keys of names and texts are not here", happened=happened,
        advice="Go back: what you typed is still there. Tell the person who runs the service.",
    )  # fmt: skip
    return make_response(page, ServiceUnavailable.code)


@or_outage
def policy_unusable(error: PolicyError) -> Response:
    """The answer where a text of policy is damaged, missing, or cannot be read: which, and what to do."""
    if problems.asked_for():
        return problems.problem(ServiceUnavailable.code, str(error))
    page = render_template(
        "site/error.html", title="A text of policy cannot be used", happened=f"The page is not shown: {error}.",
        advice="Nothing is lost, and pages that do not need it work. Tell the person who runs the service.",
        of_policy=(request.view_args or {}).get("inspection"),
    )  # fmt: skip
    return make_response(page, ServiceUnavailable.code)


def attach(app: Flask) -> None:
    """Register these pages for all errors."""
    app.register_error_handler(ColumnsNotMade, not_made)
    app.register_error_handler(HTTPException, refuse)
    app.register_error_handler(KeysMissing, keys_missing)
    app.register_error_handler(PolicyError, policy_unusable)
    app.register_error_handler(UnreadableDate, ask_again)
