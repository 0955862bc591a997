"""What a worker would else do at its first pages, done beforehand: templates and policy before a fork, the record after it.

What fails here fails again, with its own words, on the page that needs it; so a worker serves whatever becomes of its warming.
"""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from flask import Flask

from domain.policy.frameworks.framework_files import frameworks
from domain.policy.measures.board_pack_pages import board_pack
from domain.policy.measures.measure_files import reports
from domain.policy.measures.scorecard_targets import scorecard
from domain.store.damage import log_words
from domain.store.database import Database
from projections.arrays.date_numbers import tables_of_days
from projections.columns.case_answers import counted_of
from projections.inspections.sample_scores import score_before, score_inspection
from projections.obligations.clause_catalogue import catalogue
from web.services import current_cases, following_read_model
from web.site import access_control

FIRST = ("site/", "desk/", "cases/", "reports/", "board_pack/", "inspections/")
"""The folders whose templates come first: those of home pages and their neighbours."""

APART = "cli/"
"""Templates of commands, which have their own words."""

INSPECTIONS = 2
"""Of so many published inspections, the latest ones, the files are read and the answers worked out."""


BEFOREHAND = "done beforehand"
"""The name among an app's extensions of what others want done beforehand."""


def add(app: Flask, step: Callable[[], object]) -> None:
    """Add a step to what ``warm`` does. It opens no database, and leaves no thread and no lock."""
    app.extensions.setdefault(BEFOREHAND, []).append(step)


def warm(app: Flask) -> None:
    """Load what all workers share: templates, policy, tables of days, and the libraries of documents.

    It opens no database, and leaves no thread and no lock, so it may be called before a fork. Once is enough.
    """
    if app.extensions.get("warm"):
        return
    app.extensions["warm"] = True
    for step in (_policy, _documents, *app.extensions.get(BEFOREHAND, ()), lambda: _templates(app)):
        _tried(app, step)
    gc.collect()
    gc.freeze()  # what is loaded stays: it need not be looked through again, nor be copied after a fork


def warm_record(app: Flask) -> None:
    """Open the record in this process: its columns, accounts and latest inspections. To be called after a fork."""
    with app.test_request_context():  # the columns are asked for as by a page, of a reader who has entered nothing
        for step in (access_control.register, _columns, _inspections):
            _tried(app, step)
    gc.freeze()


def start(app: Flask) -> None:
    """Do both beside the requests of this process. To be called in each process of the site, after it was forked."""
    threading.Thread(target=_both, args=(app,), daemon=True, name="warming").start()


def _both(app: Flask) -> None:
    warm(app)
    warm_record(app)


def _tried(app: Flask, step: Callable[[], object]) -> None:
    try:
        step()
    except Exception as error:
        app.logger.warning("not loaded beforehand: %s", log_words(error, Database.at(app.config["DATABASE"])))


def _policy() -> None:
    for read in (catalogue, reports, board_pack, scorecard, tables_of_days):
        read()
    for framework in frameworks():
        counted_of(framework)


def _documents() -> None:
    with suppress(ImportError, OSError):  # no PDF can be made on this machine
        import weasyprint  # noqa: F401


def _templates(app: Flask) -> None:
    for name in sorted(_named(app), key=lambda name: not name.startswith(FIRST)):
        app.jinja_env.get_template(name)


def _named(app: Flask) -> Iterator[str]:
    return (name for name in app.jinja_env.list_templates(extensions=["html"]) if not name.startswith(APART))


def _columns() -> None:
    """The columns as of today, with the names and places by which lists are sorted."""
    selection = following_read_model.as_at(current_cases.today())
    _ = selection.there, selection.over, selection.high_risk, selection.places, selection.columns.number("")


def _inspections() -> None:
    repository = current_cases.repository()
    _ = repository.last_recorded_at
    published = [name for name in repository.inspections if repository.inspection(name).published is not None]
    for name in published[:INSPECTIONS]:
        if repository.inspection(name).unusable is None:
            score_inspection(repository, name)
            score_before(repository, name)
