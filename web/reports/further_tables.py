"""The tables of the other reports: training needs, differences, expectations, forecast, scorecard, judgements."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures.measure import Measure
from domain.policy.measures.scorecard_targets import Scorecard
from projections.ledger.ledger import Place
from projections.reports.duty_results import BEFORE, WEEKS, Count, DutyLoad, Verdicts
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import Proportion, Scope
from projections.reports.protected_groups import ATTRIBUTES, Group
from projections.reports.scorecard import RankChange, Ranking
from projections.reports.small_numbers import FEW
from projections.reports.training_needs import TrainingNeed, TrainingNeeds
from projections.scoring.scores import QuestionScore
from web.presentation.formatting import count_noun, percent, short_date
from web.reports.measure_phrases import area_said, beside_said, period_words, scope_words, sure_said
from web.reports.measure_tables import SHARE, link, share_cells
from web.reports.table_model import Heading, Link, Row, Table

NUMBERS_HIDDEN = "suppressed"

LEAST_OVER = 0.5
"""Duties a week (a parameter). Where fewer than this are done beyond those that fall due, no page gives a number of
weeks in which what is overdue could be done."""

LINES = 60
"""The most clauses that a page lists where chance may explain the difference. A file has all of them."""


def needs_sheets(found: TrainingNeeds, asked: ReportRequest) -> list[Table]:
    """Two tables: where training is needed, and everything else."""
    headings = [
        Heading("level", "Level"), Heading("name", "Whose"), Heading("team", "Team"), Heading("clause", "Clause"), *SHARE,
        Heading("area_share", "Area", "percent"), Heading("area_held", "Area: met", "number", "file"),
        Heading("area_n", "Area: of", "number", "file"), Heading("against", "Against the area"),
    ]  # fmt: skip

    def row(need: TrainingNeed) -> Row:
        scope = Scope(need.level, need.name)
        values = {"clause": need.clause, "of": scope.spelled, "since": asked.period.since.isoformat()}
        return Row(
            [need.level, need.name, need.team, need.clause, *share_cells(need.figure), need.area.share, *need.area,
             f"{need.against} area" if need.against else None],
            {"share": Link("compliance.duties", values), "clause": Link("handbook.clause", {"clause": need.clause})},
        )  # fmt: skip

    says = f"Duties that fell due {period_words(asked.period)}, met in time, against the whole area of each."
    return [
        Table(
            "below", "Missed more often than in the area, by more than chance", headings, [row(n) for n in found.below],
            f"{says} The two 95% intervals do not touch. The furthest below stands first.",
            "No team and no officer misses a clause more often than the area by more than chance.",
        ),
        Table(
            "others", "Everything else, where chance may be all", headings, [row(n) for n in found.others],
            f"{says} A figure far below the area on few duties is no finding.", most=LINES,
        ),
    ]  # fmt: skip


def differences_sheet(found: Sequence[tuple[Measure, Sequence[Group]]], asked: ReportRequest) -> Table:
    """One group a row. A suppressed group is marked and has no figure."""
    headings = [
        Heading("measure", "Measure"), Heading("measure_id", "Measure id", where="file"), Heading("attribute", "By"),
        Heading("group", "Group"), Heading("people", "People", "number"), *SHARE,
        Heading("against_others", "Against the others"),
    ]  # fmt: skip
    rows, absent = [], []
    for measure, groups in found:
        shown = {group.attribute for group in groups}
        gone = [attribute for attribute in ATTRIBUTES if attribute not in shown]
        if gone:
            absent.append(f"{measure.title} (by {' or '.join(gone)})")
        for group in groups:
            opens = {}
            if group.figure is None:
                cells: list[Any] = [NUMBERS_HIDDEN, None, None, None, None, None, None, None]
            else:
                said = beside_said(group.figure, group.others) if group.others is not None else None
                cells = [group.people, *share_cells(group.figure), said]
                more = {"attribute": group.attribute, "group": group.value}
                opens["share"] = link(measure, asked.scope, asked.period, **more)
            rows.append(Row([measure.title, measure.id, group.attribute, group.value, *cells], opens))
    says = (
        f"Duties that fell due {period_words(asked.period)}, by the person's gender, ethnic group (census of 2001) and "
        f"disability. A group of fewer than {FEW} people is suppressed, and so is another where the first could be worked "
        f"out from what is shown; where nothing can be shown without giving a small group away, nothing is."
    )
    if absent:
        says += f" Not shown at all, for that or because nothing fell due: {'; '.join(absent)}."
    none = f"Fewer than {FEW} people count here, or nothing fell due in that time."
    return Table("differences", "By gender, ethnic group and disability", headings, rows, says, none)


def expectations_sheet(counts: Sequence[Count], asked: ReportRequest) -> Table:
    """The clauses of standards and framework under which any duty fell due, in their order."""
    framework = frameworks()[DEFAULT_FRAMEWORK]
    headings = [
        Heading("clause", "Clause"), Heading("says", "What it asks"), Heading("of", "Of"), *SHARE,
        Heading("area_share", "Area", "percent"), Heading("against_area", "Against the area"),
    ]  # fmt: skip
    own: dict[str, Proportion] = {}
    area: dict[str, Proportion] = {}
    areas = {count.place.area for count in counts if asked.holds(count.place)}
    for count in counts:
        figure = count.figure
        if count.place.area in areas:
            area[count.value] = area.get(count.value, Proportion()) + figure
        if asked.holds(count.place):
            own[count.value] = own.get(count.value, Proportion()) + figure
    rows = []
    for clause in {clause.id: clause for clause in framework.clauses if clause.id in own}.values():
        figure = own[clause.id]
        values = {"clause": clause.id, "of": asked.scope.spelled or None, "since": asked.period.since.isoformat()}
        whose = "national standards" if clause.of_standards else framework.title
        rows.append(
            Row(
                [clause.id, clause.says, whose, *share_cells(figure), area[clause.id].share,
                 area_said(figure, area[clause.id])],
                {"clause": Link("handbook.clause", {"clause": clause.id}), "share": Link("compliance.duties", values)},
            )
        )  # fmt: skip
    says = (
        f"Duties that fell due {period_words(asked.period)}, met in time. A clause leads to its words in the handbook."
    )
    return Table("expectations", scope_words(asked.scope), headings, rows, says)


def forecast_sheet(loads: Sequence[tuple[Scope, DutyLoad]], asked: ReportRequest) -> Table:
    """The duties that fall due in each of the next weeks, beside those done in a week so far, and those overdue."""
    day = asked.moment.on
    ends = [day + timedelta(weeks=n + 1) for n in range(WEEKS)]
    headings = [
        Heading("level", "Level", where="file"), Heading("name", "Whose"),
        Heading("due", f"Due in {WEEKS} weeks", "number"), Heading("a_week", "Due a week", "number"),
        Heading("done_a_week", f"Done a week, last {BEFORE} weeks", "number"), Heading("overdue", "Overdue", "number"),
        Heading("says", "In words"),
        *(Heading(f"week_{n}", f"{end.day} {end:%b}", "number") for n, end in enumerate(ends, start=1)),
        Heading("arranged", "Arranged", "number"),
    ]  # fmt: skip
    rows = []
    for place, (scope, load) in enumerate(loads):
        due = sum(load.weeks)
        a_week, done = round(due / WEEKS, 1), round(load.done / BEFORE, 1)
        of = {"of": scope.spelled or None}
        opens = {
            f"week_{n}": Link("compliance.coming", {**of, "week": n}) for n, count in enumerate(load.weeks, 1) if count
        }
        if due:
            opens["due"] = Link("compliance.coming", of)
        filters: dict[str, str] = {scope.level: scope.name} if scope.level else {}
        opens["overdue"] = Link("desk.show", {"name": "overdue", "known": "stood", **filters})  # as all of the forecast
        rows.append(
            Row(
                [scope.level or "all", scope_words(scope), due, a_week, done, load.overdue,
                 load_said(a_week, done, load.overdue), *load.weeks, load.arranged],
                opens, place == 0,
            )
        )  # fmt: skip
    says = (
        "Duties of the national standards that will fall due, by the week that ends on each day, as the file stood on the "
        "sample date: those that have arisen, "
        "and those that arise by then if nothing changes (the next windows of contact). Arranged: an entry on the file will "
        "meet it. Done: duties met, in time or late."
    )
    return Table("forecast", f"The eight weeks after {short_date(day)}", headings, rows, says, "No case is held here.")


def load_said(a_week: float, done: float, overdue: int) -> str:
    """A sentence: whether more falls due a week than was done a week."""
    if not a_week and not overdue:
        return "nothing ahead"
    if a_week <= done:
        if not overdue:
            return "no more than was done"
        if done - a_week < LEAST_OVER:
            return f"no more than was done, which leaves no time for the {overdue} overdue"
        return f"no more than was done; the {overdue} overdue take about {ceil(overdue / (done - a_week))} weeks more"
    return f"{a_week - done:.1f} a week more than was done" + (f", and {overdue} overdue" if overdue else "")


def scorecard_sheets(card: Scorecard, found: Ranking | None, asked: ReportRequest) -> list[Table]:
    """The tables of the scorecard: ranks of places, their lines, what changed each rank, targets, what is missing."""
    moved = found.places if found else []
    ranks = [
        Row(
            [m.now.rank, m.now.scope.name, _score(m.now.score), m.was.rank, _score(m.was.score), moved_said(m)],
            {"name": Link("compliance.report", {"name": "scorecard", "of": m.now.scope.spelled})},
        )
        for m in moved
    ]
    lines = [
        Row(
            [m.now.scope.name, line.target.title, *share_cells(line.figure), Fraction(line.target.target, 100),
             line.target.weight, None if line.earned is None else round(float(line.earned), 2)],
            {"share": link(line.target.measure, m.now.scope, asked.period)},
        )
        for m in moved
        for line in m.now.lines
    ]  # fmt: skip
    targets = [
        Row([t.title, t.measure.title, Fraction(t.target, 100), t.weight, t.citation, sure_said(t.sure, t.remark)],
            {"measure": Link("compliance.measure", {"name": t.measure.id})})
        for t in card.targets
    ]  # fmt: skip
    unmeasured = [Row([n.title, n.why, n.citation, sure_said(n.sure, n.remark)]) for n in card.not_measured]
    level = found.level.capitalize() if found else "Place"
    return [
        Table(
            "ranks", f"{card.title}: ranks",
            [Heading("rank", "Rank", "number"), Heading("name", level), Heading("score", "Score", "number"),
             Heading("rank_before", "Rank before", "number"), Heading("score_before", "Score before", "number"),
             Heading("moved", "What moved it")],
            ranks, f"{card.method} Duties that fell due {period_words(asked.period)}; before: {period_words(asked.before)}.",
        ),
        Table(
            "lines", "Line by line",
            [Heading("name", level), Heading("line", "Line"), *SHARE, Heading("target", "Target", "percent"),
             Heading("weight", "Weight", "number"), Heading("earned", "Earned", "number")],
            lines,
        ),
        Table(
            "targets", "Targets and weights",
            [Heading("line", "Line"), Heading("measure", "Measure"), Heading("target", "Target", "percent"),
             Heading("weight", "Weight", "number"), Heading("citation", "Where it is printed"), Heading("sure", "How sure")],
            targets,
        ),
        Table(
            "not-measured", "What a case record cannot answer",
            [Heading("line", "Target"), Heading("why", "Why not"), Heading("citation", "Where it is named"),
             Heading("sure", "How sure")],
            unmeasured,
        ),
    ]  # fmt: skip


def _score(score: Fraction | None) -> float | None:
    return None if score is None else round(float(score), 1)


def moved_said(moved: RankChange) -> str:
    """``rank 1, was 2: Enforcement +12.0, Compliance -1.5 points``."""
    if moved.now.score is None or moved.was.score is None:
        return "nothing to compare"
    lines = ", ".join(f"{by.target.title} {float(by.points):+.1f}" for by in moved.by[:4]) or "no line changed"
    return f"{lines} (points of the score)"


def judged_sheet(
    measures: Sequence[Measure],
    of_record: Callable[[Measure], Mapping[Place, Verdicts]],
    of_inspections: Callable[[Measure], Sequence[tuple[str, str, QuestionScore]]],
    asked: ReportRequest,
) -> Table:
    """The answers to questions: those on the record, and those of each inspection at its own sample date."""
    headings = [
        Heading("measure", "Measure"), Heading("measure_id", "Measure id", where="file"), Heading("source", "Judged in"),
        *(h._replace(words="Sufficient") if h.name == "held" else h for h in SHARE),
        Heading("absent", "Of the others, nothing there", "number"), Heading("says", "In words"),
    ]  # fmt: skip
    rows = []
    for measure in measures:
        cases = [verdicts for place, verdicts in of_record(measure).items() if asked.holds(place)]
        figure = Proportion(sum(c.sufficient for c in cases), sum(c.n for c in cases))
        absent = sum(c.absent for c in cases)
        rows.append(
            Row(
                [measure.title, measure.id, "the record, every case", *share_cells(figure), absent,
                 judged_said(figure, absent)],
                {"share": link(measure, asked.scope, asked.period)},
                True,
            )
        )  # fmt: skip
        for name, title, q in of_inspections(measure):
            found = Proportion(q.sufficient, q.n)
            rows.append(
                Row(
                    [measure.title, measure.id, title, *share_cells(found), q.absent, judged_said(found, q.absent)],
                    {"share": Link("inspections.question", {"inspection": name, "question": measure.question,
                                                            "as_at": None, "known": None})},
                )
            )  # fmt: skip
    says = (
        "Judgements are made in audits and inspections. A judgement that names an inspection counts in its figures alone, "
        "read at its own sample date; the record holds those that name none. Where what is judged is not there at all, "
        "the case is insufficient without being judged."
    )
    return Table("judged", "As judged", headings, rows, says)


def judged_said(figure: Proportion, absent: int) -> str:
    """A sentence: how many cases were judged, and of how many the figure is."""
    judged = figure.n - absent
    if not judged:
        return "nobody has judged this yet" + (f"; {count_noun(absent, 'case')} had nothing to judge" if absent else "")
    return f"{count_noun(judged, 'case')} judged, {percent(figure.score)} of {figure.n} sufficient"


def loads(found: Sequence[tuple[Place, DutyLoad]], asked: ReportRequest) -> list[tuple[Scope, DutyLoad]]:
    """The loads of the place, of its parts and of the officers of each part."""
    own = [(place, load) for place, load in found if asked.holds(place)]
    scopes = [asked.scope]
    below = asked.scope.parts(place for place, _ in own)
    if below is not None:
        scopes += below.scopes
        for part in below.scopes:
            deeper = part.parts(place for place, _ in own)
            scopes += deeper.scopes if deeper and part.level != "officer" else []
    result = []
    for whose in scopes:
        load = DutyLoad()
        for place, one in own:
            if whose.holds(place):
                load = load.plus(one)
        result.append((whose, load))
    return result
