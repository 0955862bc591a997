"""The query of a report: whose figures, for how many months, compared with whom. The moment is that of the page."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import NotFound

from domain.accounts.roles import Account
from domain.policy.measures.measure_files import reports
from projections.history.moment import Moment
from projections.lists.known_names import UnknownName
from projections.reports.duty_queries import DutyQueries
from projections.reports.measure_figures import ReportRequest
from projections.reports.periods import USUAL_MONTHS
from projections.reports.proportions import Scope
from projections.reports.report_scope import scope_within, scopes_of

_MONTHS = "Months must be a whole number from 1 to 120."
_OF = "Whose figures: area:, division:, team: or officer: and a name. Default: all that the reader answers for."
_BESIDE = "Another place, spelled likewise, to set beside it."
_MEASURES = tuple(reports().measures)


class ScopeField(fields.Field[Scope]):
    """A ``Scope`` written as ``team:Gloucester``; empty for everything."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Scope:
        try:
            return Scope.read(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class ReportQuerySchema(Schema):
    """The query of a report."""

    class Meta:
        unknown = EXCLUDE

    of = ScopeField(load_default=Scope, metadata={"type": "string", "description": _OF})
    beside = ScopeField(load_default=Scope, metadata={"type": "string", "description": _BESIDE})
    months = fields.Integer(
        load_default=USUAL_MONTHS,
        validate=validate.Range(1, 120, error=_MONTHS),
        error_messages={"invalid": _MONTHS},
        metadata={"description": "Duties that fell due in so many months up to the day read."},
    )
    trend = fields.String(
        load_default="",
        validate=validate.OneOf(("", *_MEASURES), error="There is no measure called {input}."),
        metadata={"description": "The measure whose trend is given (its id). Default: the report's first."},
    )


def query_from(values: Mapping[str, Any], moment: Moment, account: Account, queries: DutyQueries) -> ReportRequest:
    """The query as a report takes it, limited to the cases of the account; 404 for a place where it has none."""
    beside = values["beside"]
    return ReportRequest(
        moment,
        values["months"],
        within(values["of"], account, queries),
        cache(account.answers_for),  # asked of every place for every figure
        within(beside, account, queries) if beside.level else None,
    )


def within(scope: Scope, account: Account, queries: DutyQueries) -> Scope:
    """The place asked for, or the reader's own where none is; 404 where no case that they answer for was ever held there."""
    try:
        return scope_within(scope, account, queries.places)
    except UnknownName as error:
        raise NotFound(str(error)) from None


def choices(queries: DutyQueries, moment: Moment, account: Account) -> list[tuple[str, str]]:
    """The places that an account answers for on a day, as an address spells each and in words, from the area down."""
    found = scopes_of(account, queries.holders(moment).values())
    return [(scope.spelled, f"{(scope.level or '').capitalize()}: {scope.name}") for scope in found]
