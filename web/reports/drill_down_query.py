"""The query of a list behind a figure: which figure, of which place, since when."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest

from domain.policy.measures.measure_files import reports
from projections.ledger.ledger import Place
from projections.reports.duty_results import WEEKS
from projections.reports.enforcement_paths import ENDINGS
from projections.reports.periods import Period
from projections.reports.proportions import Scope
from projections.reports.protected_groups import ATTRIBUTES
from projections.reports.training_needs import every_clause
from web.presentation.formatting import short_date
from web.reports.measure_phrases import scope_words
from web.reports.report_query import ScopeField, within
from web.services import current_cases, report_cache
from web.site import access_control

_SINCE = "Since must be a day like 2004-12-22."

_WEEK = f"The week must be a whole number from 1 to {WEEKS}, or 0 for all of them."


def _one_of(known: Iterable[str], error: str) -> fields.String:
    return fields.String(load_default="", validate=validate.OneOf(("", *known), error=error))


class DrillDownSchema(Schema):
    """The query: a measure or a clause, a place, ``since`` (the day before the first one counted), a group, a week."""

    class Meta:
        unknown = EXCLUDE

    measure = _one_of(reports().measures, "There is no measure called {input}.")
    clause = _one_of(every_clause(), "There is no clause called {input}.")
    of = ScopeField(load_default=Scope)
    since = fields.Date(load_default=None, error_messages={"invalid": _SINCE})
    attribute = _one_of(ATTRIBUTES, f"People are told apart by {', '.join(ATTRIBUTES)}, not by {{input}}.")
    group = fields.String(load_default="")
    ending = _one_of(ENDINGS, "There is no path that ends in {input}.")
    outcome = fields.String(load_default="")
    week = fields.Integer(
        load_default=0, validate=validate.Range(0, WEEKS, error=_WEEK), error_messages={"invalid": _WEEK}
    )


class DrillDownQuery(NamedTuple):
    """The query as read. ``wanted``: whether a place lies in the scope and the reader is responsible for it."""

    values: Mapping[str, Any]
    scope: Scope
    period: Period
    wanted: Callable[[Place], bool]

    @property
    def whose(self) -> str:
        return scope_words(self.scope)


def read_query() -> DrillDownQuery:
    try:
        values = DrillDownSchema().load({k: v for k, v in request.args.items() if v})
    except ValidationError as error:
        raise BadRequest(next(iter(error.messages_dict.values()))[0]) from None
    account, moment = access_control.account(), current_cases.moment()
    scope = within(values["of"], account, report_cache.duty_queries())
    since: date = values["since"] or moment.on - timedelta(days=365)
    if since >= moment.on:
        raise BadRequest(
            f"The list is of what came after {short_date(since)}, which is not before the sample date. Choose a later sample "
            "date, or open the list from its report."
        )
    return DrillDownQuery(values, scope, Period(moment, since), lambda p: scope.holds(p) and account.answers_for(p))
