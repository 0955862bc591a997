"""The steps of an inspection's process that are written on a form: what each asks, and the entry that it makes."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

from flask import request

from domain.accounts.roles import WORKERS, Account
from domain.aggregates.inspection import Inspection
from domain.aggregates.process_rules import MOVES_A_FIGURE
from domain.entries import code_lists
from domain.entries.process_entries import CommentMade
from projections.inspections import inspection_access
from web.presentation.formatting import long_date
from web.recording.entry_forms import Field
from web.site import access_control

NAMED_FOR = {"alerts": "Alerts, at once", "list": "The list of cases, from its day", "draft": "The draft, from its day"}
OUTCOMES = {"accepted": "Accepted", "partly_accepted": "Accepted in part", "refused": "Refused"}
EFFECTS = {"wording": "Wording", "figure": "A figure", "rating": "A rating"}

Values = dict[str, Any]


class Step(NamedTuple):
    """A step: its entry, the title of its form, what it asks, the values that follow from it, and words above the form.

    ``fields`` and ``said`` are called with the inspection and the id of the comment or entry that the step is about (or empty).
    ``stands``: what stood when the page was made, so that a page that is out of date changes nothing; empty where that does not
    matter.
    """

    entry_type: str
    title: str
    fields: Callable[[Inspection, str], list[Field]]
    values: Callable[[Inspection, str, Values], Values]
    said: Callable[[Inspection, str], str] = lambda found, about: ""
    stands: Callable[[Inspection], str] = lambda found: ""


def _accounts(wanted: Callable[[Account], bool]) -> tuple[tuple[str, str], ...]:
    every = (one for one in access_control.register().accounts() if not one.disabled and wanted(one))
    return tuple((one.username, f"{one.name} ({one.username})") for one in sorted(every, key=lambda one: one.name))


def _called(username: Any) -> str:
    found = next((one.name for one in access_control.register().accounts() if one.username == username), None)
    return found or str(username)


def _may_take_part(found: Inspection, one: Account) -> bool:
    """Whether an account may lead an inspection or sit on its panel: of one of inspectors, an inspector whom nobody named for the
    area; of an audit, whoever may open one."""
    if not found.is_inspectors_own:
        return one.may_open_inspections
    return one.inspects and not inspection_access.is_named(found, one)


def _lead_fields(found: Inspection, _: str) -> list[Field]:
    others = _accounts(lambda one: _may_take_part(found, one) and one.username != found.lead)
    return [
        Field("lead_id", "choice", "The next lead", True, "", others),
        Field("reason", "note", "Why", True),
    ]


def _person_fields(found: Inspection, _: str) -> list[Field]:
    free = _accounts(lambda one: one.is_one_of(WORKERS) and one.username not in {found.lead, *found.assessors})
    return [
        Field("person_id", "choice", "Who", True, "Somebody of the inspected area with an account here", free),
        Field("named_for", "choices", "Named for", False, "Nothing chosen: for nothing any more",
              tuple((code, NAMED_FOR[code]) for code in get_args(code_lists.NamedFor))),
    ]  # fmt: skip


def _panel_fields(found: Inspection, _: str) -> list[Field]:
    return [Field("members", "choices", "Members", True, "Two or more; a rating is moved when more than half of them agree",
                  _accounts(lambda one: _may_take_part(found, one)))]  # fmt: skip


def _comment_of(found: Inspection, about: str) -> CommentMade:
    return found.process.comments[about]


def _answer_fields(found: Inspection, _: str) -> list[Field]:
    return [
        Field("outcome", "choice", "Outcome", True, "", tuple(OUTCOMES.items())),
        Field("effects", "choices", "What it changes", False, "Nothing chosen: no effect", tuple(EFFECTS.items())),
        Field("reason", "note", "Reason", True, "It is shown to the area"),
    ]


def _said_of_comment(found: Inspection, about: str) -> str:
    one = _comment_of(found, about)
    late = " It was made after the last day for comments." if found.process.is_late(one) else ""
    return f"{one.by} on {long_date(one.occurred_on)}: {one.says} Evidence of {long_date(one.evidence_on)}: {one.evidence}{late}"


def _reopen_fields(found: Inspection, about: str) -> list[Field]:
    named = _comment_of(found, about).case
    cases = [named] if named else [case for case in found.sample if (case, False) in found.completed]
    return [Field("case", "choice", "Whose reading", True, "Its first reader answers again, and finishes it again",
                  tuple((case, case) for case in cases))]  # fmt: skip


def _erratum_fields(found: Inspection, _: str) -> list[Field]:
    return [
        Field("about", "choice", "About", False, "", (("", "The report as a whole"), *parts_of(found))),
        Field("printed", "note", "As it was printed", True),
        Field("right", "note", "As it should read", True),
        Field("reason", "note", "Why it was wrong", True),
    ]


def parts_of(found: Inspection) -> tuple[tuple[str, str], ...]:
    """What a comment or an erratum can be about: criteria, sections and written findings, each with words."""
    framework = found.framework
    parts = [(one.id, f"{one.id}: {one.title}") for one in framework.management]
    parts += [(one.id, f"{one.id}: {one.title}") for one in framework.sections]
    parts += [(one.id, f"{one.id}: {one.title}") for one in framework.criteria]
    parts += [(one.entry, f"Finding under {one.criterion}: {one.text[:80]}") for one in found.findings]
    return tuple(dict(parts).items())


def _mine() -> Values:
    who = access_control.account()
    return {"by": who.name, "by_id": who.username}


DATES = "A day such as 3/10/2005, from today on"

STEPS: Mapping[str, Step] = {
    "lead": Step(
        "LeadNamed", "Name the next lead", _lead_fields,
        lambda found, _, said: {**said, "lead": _called(said.get("lead_id")), "instead_of": request.form.get("stood", found.lead)},
        lambda found, _: f"The lead is {_called(found.lead)}.", lambda found: found.lead or "",
    ),
    "person": Step(
        "AreaPersonNamed", "Name a person of the area", _person_fields,
        lambda found, _, said: {**said, "person": _called(said.get("person_id"))},
    ),
    "list-day": Step(
        "ListDaySet", "Set the day of the list",
        lambda found, _: [Field("opens_on", "date", "The area sees the list of cases from", True, DATES)],
        lambda found, _, said: said,
    ),
    "panel": Step(
        "PanelNamed", "Name the panel", _panel_fields,
        lambda found, _, said: {"members": [{"name": _called(one), "name_id": one} for one in said.get("members", [])]},
    ),
    "confirm": Step(
        "ClosingConfirmed", "Confirm that fieldwork is closed",
        lambda found, _: [Field("outside_line", "yes_no", "I am not in the lead's line of management", True)],
        lambda found, _, said: {**said, "closed": found.frozen.entry if found.frozen else "", **_mine()},
        lambda found, _: "From now on the sample, readings and ratings stand. The draft can go to the area.",
    ),
    "draft-day": Step(
        "DraftDaySet", "Set the day of the draft",
        lambda found, _: [Field("opens_on", "date", "Named people of the area see the draft from", True, DATES),
                          Field("comments_until", "date", "Last day for comments", True, "One made later is kept, marked late")],
        lambda found, _, said: said,
    ),
    "answer": Step(
        "CommentAnswered", "Answer a comment", _answer_fields,
        lambda found, about, said: {**said, "comment": about}, _said_of_comment,
    ),
    "reopen": Step(
        "ReadingReopened", "Open a reading again", _reopen_fields,
        lambda found, about, said: {**said, "comment": about}, _said_of_comment,
    ),
    "erratum": Step(
        "ErratumIssued", "Issue an erratum", _erratum_fields, lambda found, _, said: said,
        lambda found, _: "It stands beside what was published, which stays as it is.",
    ),
}  # fmt: skip
"""The steps by the last part of their addresses."""

ABOUT_A_COMMENT = ("answer", "reopen")


def may_reopen(found: Inspection, comment: str) -> bool:
    """Whether a comment was accepted so that it moves a figure or rating, and no reading is open again by it."""
    answer = found.process.answered.get(comment)
    taken = answer is not None and answer.outcome != "refused" and bool(MOVES_A_FIGURE.intersection(answer.effects))
    return taken and comment not in {one.comment for one in found.process.still_open.values()}
