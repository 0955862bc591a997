"""The lists behind the figures of a report: its duties, its cases, the entries recorded late, the duties to come."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, abort, render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from domain.policy.measures.measure import Measure
from domain.policy.measures.measure_files import reports
from projections.history.history import end_of_day
from projections.ledger.ledger import Place
from projections.reports.duty_counts import held_as_of
from projections.reports.duty_results import WEEKS, ListedDuty
from projections.reports.periods import Period
from projections.reports.proportions import Scope
from projections.reports.protected_groups import ATTRIBUTES, group_differences, group_of, is_shown
from projections.reports.training_needs import every_clause
from web.presentation.downloads import download
from web.presentation.formatting import short_date
from web.presentation.pagination import read_page
from web.presentation.phrases import became, type_title
from web.presentation.sorting import Order, read_order
from web.presentation.table_files import Column, Download, notes
from web.reports.measure_phrases import clause_words, period_words, scope_words
from web.reports.report_query import ScopeField, within
from web.services import current_cases, report_cache
from web.site import access_control

SUPPRESSED = "This group is suppressed: too few people count in it, or another could be worked out from it."


_SINCE = "Since must be a day like 2004-12-22."
_WEEK = f"The week must be a whole number from 1 to {WEEKS}, or 0 for all of them."


def _one_of(known: Iterable[str], error: str) -> fields.String:
    return fields.String(load_default="", validate=validate.OneOf(("", *known), error=error))


class BehindSchema(Schema):
    """The query: a measure or a clause, a place, ``since`` (the day before the first one counted), a group, a week."""

    class Meta:
        unknown = EXCLUDE

    measure = _one_of(reports().measures, "There is no measure called {input}.")
    clause = _one_of(every_clause(), "There is no clause called {input}.")
    of = ScopeField(load_default=Scope)
    since = fields.Date(load_default=None, error_messages={"invalid": _SINCE})
    attribute = _one_of(ATTRIBUTES, f"People are told apart by {', '.join(ATTRIBUTES)}, not by {{input}}.")
    group = fields.String(load_default="")
    week = fields.Integer(
        load_default=0, validate=validate.Range(0, WEEKS, error=_WEEK), error_messages={"invalid": _WEEK}
    )


class DrillDownLine(NamedTuple):
    """One row of a list: its case, and its cells in the order of the columns."""

    reference: str
    name: str
    cells: Sequence[Any]


class DrillDownList(NamedTuple):
    """A list. ``columns``: besides case and name. ``hidden``: the number of rows counted but not open to the reader."""

    title: str
    says: str
    columns: Sequence[Column]
    lines: Sequence[DrillDownLine]
    hidden: int


class Asking(NamedTuple):
    """The query as read. ``wanted``: whether a place lies in the scope and the reader is responsible for it."""

    values: Mapping[str, Any]
    scope: Scope
    period: Period
    wanted: Callable[[Place], bool]

    @property
    def whose(self) -> str:
        return scope_words(self.scope)


_OF_DUTY = (Column("State"), Column("Due by", "date"), Column("Clause"), Column("What became of it"), Column("Officer then"),
            Column("Team then"), Column("Citation"))  # fmt: skip


def _asking() -> Asking:
    try:
        values = BehindSchema().load({k: v for k, v in request.args.items() if v})
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
    return Asking(values, scope, Period(moment, since), lambda p: scope.holds(p) and account.answers_for(p))


def _measure(asking: Asking) -> Measure | None:
    return reports().measures.get(asking.values["measure"])


def duties(asking: Asking) -> DrillDownList:
    """The duties behind a figure; those not met in time come first."""
    measure, clause = _measure(asking), asking.values["clause"]
    if measure is None and not clause:
        raise BadRequest("Say which figure: a measure or a clause.")
    if measure is not None and measure.counts == "answer":
        raise BadRequest(f"{measure.title} is judged by case and has no duties: see its cases.")
    clauses = measure.clauses if measure is not None else (clause,)
    found = report_cache.duty_queries().fell_due(asking.period, clauses, asking.wanted)
    title = measure.title if measure is not None else clause_words(clause)
    if asking.values["attribute"]:
        found = _of_group(asking, found, measure)
        title += f", {asking.values['group'].lower()}"
    day = asking.period.moment.on
    done = measure is not None and measure.counts == "done"
    held = sum(b.obligation.done(day) if done else b.obligation.in_time(day) for b in found)
    says = f"{held} of {len(found)} {'done' if done else 'in time'}; they fell due {period_words(asking.period)}."
    found.sort(key=lambda b: (b.obligation.in_time(day), b.obligation.due_on, b.reference))
    return _listed(f"{title}: {held} of {len(found)}", says, _OF_DUTY, [_duty(b, day) for b in found])


def _duty(behind: ListedDuty, day: date) -> DrillDownLine:
    o = behind.obligation
    cells = [
        o.state(day),
        o.due_on,
        o.clause.id,
        became(o, day),
        behind.place.officer,
        behind.place.team,
        o.value.citation,
    ]
    return DrillDownLine(behind.reference, behind.name, cells)


def _of_group(asking: Asking, found: Sequence[ListedDuty], measure: Measure | None) -> list[ListedDuty]:
    """The duties of one group. 403 if the report suppresses the group, so that no address shows what it hides."""
    if measure is None:
        raise BadRequest("A group is of a measure.")
    attribute, value, queries = asking.values["attribute"], asking.values["group"], report_cache.duty_queries()
    groups = group_differences(
        queries, asking.period, measure.clauses, held_as_of(measure), asking.scope, access_control.account().answers_for
    )
    if not is_shown(groups, attribute, value):
        abort(403, SUPPRESSED)
    people = queries.persons(asking.period, measure.clauses, attribute, asking.wanted)
    own = {case for group, cases in people.items() if group_of(attribute, group.value) == value for case in cases}
    return [b for b in found if b.reference in own]


def answered(asking: Asking) -> DrillDownList:
    """The cases behind the figure of a question; insufficient ones come first."""
    measure = _measure(asking)
    if measure is None or measure.question is None:
        raise BadRequest("Say which measure; it must be one that is judged.")
    found = [
        c for c in report_cache.duty_queries().answers(asking.period.moment, measure.question) if asking.wanted(c.place)
    ]
    found.sort(key=lambda c: (c.sufficient, c.reference))
    held = sum(c.sufficient for c in found)
    lines = []
    for case in found:
        said = "sufficient" if case.sufficient else "insufficient, nothing there" if case.absent else "insufficient"
        lines.append(DrillDownLine(case.reference, case.name, [said, case.place.officer, case.place.team]))
    columns = (Column("Answer"), Column("Officer"), Column("Team"))
    says = f"{held} of {len(found)} sufficient: {measure.numerator}, of {measure.denominator}."
    return _listed(f"{measure.title}: {held} of {len(found)}", says, columns, lines)


def late(asking: Asking) -> DrillDownList:
    """The entries recorded late, the longest delay first."""
    found = sorted(
        report_cache.duty_queries().late(asking.period, asking.wanted),
        key=lambda e: (-e.working_days, e.recorded_on, e.reference),
    )
    lines = [
        DrillDownLine(
            e.reference,
            e.name,
            [type_title(e.type), e.occurred_on, e.recorded_on, e.working_days, e.place.officer, e.place.team],
        )
        for e in found
    ]
    columns = (Column("Entry"), Column("Dated", "date"), Column("Recorded", "date"), Column("Working days", "number"),
               Column("Officer"), Column("Team"))  # fmt: skip
    says = f"Recorded {period_words(asking.period)}, more than one working day after the day they are dated."
    return _listed(f"{len(found)} entries recorded late", says, columns, lines)


def coming(asking: Asking) -> DrillDownList:
    """The duties that fall due in ``WEEKS`` weeks after the sample date, or in one of them, as the file stood on it."""
    moment, week = asking.period.moment, asking.values["week"]
    stood = end_of_day(moment.on)
    moment = type(moment)(moment.on, stood if moment.known_at is None else min(moment.known_at, stood))
    first = moment.on + timedelta(weeks=week - 1 if week else 0)
    last = moment.on + timedelta(weeks=week or WEEKS)
    found = report_cache.duty_queries().coming(moment, first, last, asking.wanted)
    found.sort(key=lambda b: (b.obligation.due_on, b.reference))
    lines = []
    for b in found:
        o = b.obligation
        cells = [
            o.state(moment.on) or "arises by then",
            o.due_on,
            o.clause.id,
            "arranged" if o.met_on else "",
            b.place.officer,
            b.place.team,
            o.value.citation,
        ]
        lines.append(DrillDownLine(b.reference, b.name, cells))
    title = f"{len(found)} duties fall due"
    says = f"From {short_date(first + timedelta(days=1))} to {short_date(last)}, as the file stood on {short_date(moment.on)}."
    return _listed(title, says, (*_OF_DUTY[:3], Column("Arranged"), *_OF_DUTY[4:]), lines)


def _listed(title: str, says: str, columns: Sequence[Column], lines: Sequence[DrillDownLine]) -> DrillDownList:
    """The list without the cases that are not open to the reader."""
    shown = [line for line in lines if line.reference in current_cases.opened()]
    return DrillDownList(title, says, columns, shown, len(lines) - len(shown))


LISTS: Mapping[str, Callable[[Asking], DrillDownList]] = {
    "duties": duties, "answered": answered, "late": late, "coming": coming,
}  # fmt: skip


def attach(blueprint: Blueprint) -> None:
    """Add a page and a download for every list to the blueprint of the reports."""
    for name, make in LISTS.items():
        blueprint.add_url_rule(f"/reports/list/{name}", name, _page_of(name, make))
        blueprint.add_url_rule(f"/reports/list/{name}/download/<form>", f"{name}_table", _table_of(name, make))


def _page_of(name: str, make: Callable[[Asking], DrillDownList]) -> Callable[[], str]:
    @access_control.open_to(*WORKERS)
    def page() -> str:
        asking = _asking()
        listed = make(asking)
        by: dict[str, Callable[[DrillDownLine], Any]] = {"shown": lambda _: 0, "case": lambda line: line.reference}
        by |= {str(n): _cell(n) for n in range(len(listed.columns))}
        keys = list(by)
        order = read_order(request.args, keys, Order("shown"))
        pages = read_page(request.args, len(listed.lines))
        return render_template(
            "reports/drill_down.html",
            listed=listed,
            lines=pages.of(order.of(listed.lines, by)),
            page=pages,
            order=order,
            whose=asking.whose,
            clause_words=clause_words,
            download=f"compliance.{name}_table",
        )

    return page


def _table_of(name: str, make: Callable[[Asking], DrillDownList]) -> Callable[[str], Response]:
    @access_control.open_to(*WORKERS)
    def table(form: str) -> Response:
        asking = _asking()
        listed = make(asking)
        said = notes(asking.period.moment, ("List", listed.title), ("Definition", listed.says), ("Whose", asking.whose))
        rows = [(line.reference, line.name, *line.cells) for line in listed.lines]
        columns = [Column("Case"), Column("Name"), *listed.columns]
        return download(
            Download(listed.title, columns, rows, said, [line.reference for line in listed.lines]),
            form,
            f"{name}-{asking.period.moment.on}",
        )

    return table


def _cell(at: int) -> Callable[[DrillDownLine], Any]:
    """The sort key of a column: its cell; empty cells come first."""
    return lambda line: (line.cells[at] is not None, line.cells[at])
