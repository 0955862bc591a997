"""The page in place of one that a damaged database cannot give: what is damaged, where, and what to do. It reads nothing itself."""

from flask import current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from domain.store.damage import words_of_damage
from domain.store.database import Database
from web.server import metrics
from web.site import problems

MARK = "caseaudit.damage"
"""The key of the request's environment under which it is noted that this page is the answer."""

TELL = "Nothing that is on record was changed. Tell the person who runs the service, and show them this page."


class DamagedRecord(RuntimeError):
    """Something that is stored cannot be read; the message says what and where, in words that the reader may see."""


def words_for(error: BaseException) -> str | None:
    """What an error says of damage, in words for a page; None where it is of something else."""
    if isinstance(error, DamagedRecord):
        return str(error)
    return words_of_damage(error, Database.at(current_app.config["DATABASE"]))


def damaged(words: str) -> Response:
    """The page for an error of damage, of which ``words_for`` has said this."""
    current_app.logger.error("%s %s failed: %s", request.method, request.endpoint or "no page", words)
    metrics.OUTAGES.labels("damaged").inc()
    request.environ[MARK] = True
    if problems.asked_for():
        return problems.problem(503, words)
    return make_response(render_template("site/damage.html", happened=words, advice=TELL), 503)
