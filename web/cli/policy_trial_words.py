"""A draft standard tried on past files, as a JSON document; as text and as one HTML page, both made from that."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from projections.reports.policy_trial_figures import ChangedCase, ClauseTrial, Fell, Hours, MissedDuty, Trial
from web.presentation.formatting import count_noun, long_date, percent

FIRST = "This is what past work would have met. Nobody was working to this standard."
MOST_CASES = 50
"""Changed cases that the text lists; the JSON and the HTML page list all."""


def document(made: Trial, area: str, hours: Hours | None) -> dict[str, Any]:
    """The whole trial, days as ISO 8601. Its first field is the sentence that every form begins with."""
    terms = made.terms
    return {
        "read_this_first": FIRST,
        "draft": terms.draft.id,
        "title": terms.draft.title,
        "area": area,
        "cases": made.cases,
        "from": terms.since.isoformat(),
        "to": terms.until.isoformat(),
        "starts": _iso(terms.starts),
        "for_orders_begun_from": _iso(terms.begun_from),
        "cannot_be_told": {"duties": made.untold, "clauses": {one: list(types) for one, types in made.never_recorded.items()}},
        "never_begun": dict(made.never_begun),
        "duties": {"added": made.added, "gone": made.gone, "moved": made.moved},
        "in_time": {"law": _rounded(made.share_by_law), "draft": _rounded(made.share_by_draft)},
        "hours": None if hours is None else {"law": round(hours.law, 1), "draft": round(hours.draft, 1)},
        "clauses": [_clause(one) for one in made.clauses],
        "changed": [_case(one) for one in made.changed],
        "load": [
            {"officer": one.officer, "week": one.week.isoformat(), "law": one.law, "draft": one.draft} for one in made.load
        ],
    }  # fmt: skip


def _clause(one: ClauseTrial) -> dict[str, Any]:
    return {
        "clause": one.clause, "says": one.says, "law": _fell(one.law), "draft": _fell(one.draft), "cannot_be_told": one.untold
    }  # fmt: skip


def _case(one: ChangedCase) -> dict[str, Any]:
    return {
        "case": one.reference,
        "missed_by_law_only": [_duty(missed) for missed in one.only_by_law],
        "missed_by_draft_only": [_duty(missed) for missed in one.only_by_draft],
    }


def _duty(one: MissedDuty) -> dict[str, Any]:
    return {
        "clause": one.clause, "arises_on": one.arises_on.isoformat(), "due_on": one.due_on.isoformat(),
        "met_on": _iso(one.met_on), "raised_by": one.raised_by,
    }  # fmt: skip


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 1)


def _fell(fell: Fell | None) -> dict[str, int] | None:
    return None if fell is None else {"due": fell.due, "in_time": fell.in_time}


def text(found: dict[str, Any]) -> str:
    """The document as lines for a terminal; of the changed cases the first ``MOST_CASES``."""
    lines = [FIRST, "", *summary(found), ""]
    lines.append(f"{'clause':<42}{'law: due':>10}{'in time':>9}{'draft: due':>12}{'in time':>9}{'untold':>8}")
    for one in found["clauses"]:
        law, draft = (one[name] or {"due": 0, "in_time": 0} for name in ("law", "draft"))
        lines.append(
            f"{one['clause']:<42}{law['due']:>10,}{law['in_time']:>9,}{draft['due']:>12,}{draft['in_time']:>9,}"
            f"{one['cannot_be_told']:>8,}"
        )
    changed = found["changed"]
    lines += ["", f"{count_noun(len(changed), 'case')} with another verdict{':' if changed else '.'}"]
    lines += [f"  {case['case']}: missed {'; '.join(_only(case))}" for case in changed[:MOST_CASES]]
    if len(changed) > MOST_CASES:
        lines.append(f"  ... and {len(changed) - MOST_CASES:,} more: --format json or --html")
    return "\n".join(lines)


def summary(found: dict[str, Any]) -> list[str]:
    """The trial in sentences: what was tried on what; what cannot be told, counted first; then the figures."""
    return [
        f"{found['title']} ({found['draft']}), {_force(found)}: {count_noun(found['cases'], 'case')} of {found['area']}, "
        f"duties due from {_day(found['from'])} to {_day(found['to'])}.",
        f"Cannot be told: {count_noun(found['cannot_be_told']['duties'], 'duty', 'duties')}.",
        *(
            f"No file records what would meet {clause} ({', '.join(types)})."
            for clause, types in found["cannot_be_told"]["clauses"].items()
        ),
        *(f"No file records that after which {clause} asks something ({type_})." for clause, type_ in found["never_begun"].items()),
        "Duties added {added:,}, gone {gone:,}, moved {moved:,}.".format(**found["duties"]),
        f"In time under the law {_said(found['in_time']['law'])}, under the draft {_said(found['in_time']['draft'])}.",
        *(["Hours under the law {law:,}, under the draft {draft:,}, by your table of minutes.".format(**found["hours"])]
          if found["hours"] else []),
    ]  # fmt: skip


def _force(found: dict[str, Any]) -> str:
    if found["starts"]:
        return f"as if in force from {_day(found['starts'])}"
    return f"as if in force for orders begun from {_day(found['for_orders_begun_from'])} on"


def _day(iso: str) -> str:
    return long_date(date.fromisoformat(iso))


def _only(case: dict[str, Any]) -> list[str]:
    sides = (("law", case["missed_by_law_only"]), ("draft", case["missed_by_draft_only"]))
    return [f"{', '.join(_clauses(missed))} only under the {name}" for name, missed in sides if missed]


def _clauses(missed: Iterable[dict[str, Any]]) -> list[str]:
    return sorted({one["clause"] for one in missed})


def _said(share: float | None) -> str:
    return "nothing fell due" if share is None else percent(share)


def html(found: dict[str, Any]) -> str:
    """The document as one page that fetches nothing and needs no script; each changed case opens to its duties."""
    return _environment().get_template("policy_trial.html").render(d=found, summary=summary(found))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters["day"] = _day
    made.filters["clauses"] = _clauses
    return made
