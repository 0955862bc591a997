"""What a request asks of a report: whose figures, of which time, beside what. The moment is the page's own."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import NotFound

from domain.accounts.roles import Account
from domain.policy.measures import reports
from projections.cases.case_repository import Moment
from projections.ledger.ledger import Place
from projections.reports.duty_queries import Dues
from projections.reports.measure_figures import Asked
from projections.reports.proportions import LEVELS, Scope

MONTHS = 12
"""The period of a report unless another is asked for: months up to the day read (a parameter)."""

_MONTHS = "Months must be a whole number from 1 to 120."
_OF = "Whose figures: area:, division:, team: or officer: and a name. Default: all that the reader answers for."
_BESIDE = "Another place, spelled likewise, to set beside it."
_MEASURES = tuple(reports().measures)


class ScopeField(fields.Field[Scope]):
    """``team:Gloucester`` as a ``Scope``; an empty value is everything."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Scope:
        try:
            return Scope.read(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class AskedSchema(Schema):
    """The query of a report."""

    class Meta:
        unknown = EXCLUDE

    of = ScopeField(load_default=Scope, metadata={"type": "string", "description": _OF})
    beside = ScopeField(load_default=Scope, metadata={"type": "string", "description": _BESIDE})
    months = fields.Integer(
        load_default=MONTHS,
        validate=validate.Range(1, 120, error=_MONTHS),
        error_messages={"invalid": _MONTHS},
        metadata={"description": "Duties that fell due in so many months up to the day read."},
    )
    trend = fields.String(
        load_default="",
        validate=validate.OneOf(("", *_MEASURES), error="There is no measure called {input}."),
        metadata={"description": "The measure whose trend is given (its id). Default: the report's first."},
    )


def asked(values: Mapping[str, Any], moment: Moment, account: Account, dues: Dues) -> Asked:
    """The loaded query as asked of a report, within the account's reach; 404 for a place where it has none."""
    beside = values["beside"]
    return Asked(
        moment,
        values["months"],
        within(values["of"], account, dues),
        account.answers_for,
        within(beside, account, dues) if beside.level else None,
    )


def within(scope: Scope, account: Account, dues: Dues) -> Scope:
    """The place asked for, or the reader's own where none is; 404 where no case that they answer for was ever held there.

    A name spelled wrongly, or somebody else's team, is not a place in which nothing fell due.
    """
    own = own_scope(account)
    if scope.level is None or scope == own:
        return own
    said = nowhere(scope, dues, account.answers_for)
    if said is not None:
        raise NotFound(f"{said} that you answer for.")
    return scope


def nowhere(scope: Scope, dues: Dues, mine: Callable[[Place], bool] = lambda place: True) -> str | None:
    """In words, that no case has ever been held in the place; None where one has."""
    if scope.level is None or any(scope.holds(place) and mine(place) for place in dues.places()):
        return None
    return (
        f"No case has been held by an officer called {scope.name}"
        if scope.level == "officer"
        else (f"No case has been held in {'an' if scope.level == 'area' else 'a'} {scope.level} called {scope.name}")
    )


def own_scope(account: Account) -> Scope:
    """The one place that an account answers for; everything where they are several."""
    if account.scope is None or len(account.scope[1]) != 1:
        return Scope()
    level, names = account.scope
    return Scope(level, names[0])


def choices(dues: Dues, moment: Moment, account: Account) -> list[tuple[str, str]]:
    """The places that an account answers for on a day, as an address spells each and in words, from the area down."""
    places = [place for place in dues.holders(moment).values() if account.answers_for(place)]
    found = []
    for level in LEVELS:
        for name in sorted({getattr(place, level) for place in places}):
            found.append((Scope(level, name).spelled, f"{level.capitalize()}: {name}"))
    return found
