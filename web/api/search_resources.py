"""Search as JSON: by a name, a CRN or a date of birth, among the cases that the reader may open.

What is searched for is sent in the body: no name stands in an address, and the access log keeps it sealed.
"""

from typing import Any

from flask_smorest import abort as refuse
from marshmallow import fields, validate

from domain.accounts.roles import READERS
from domain.entries.tidy_text import words
from web.api.answer_fields import code, day, many, said, whole
from web.api.api_query import PLAIN, TEXT_MESSAGES, Answer, Body, ReadingQuery
from web.api.case_facts import CaseFactsSchema, case_facts
from web.api.paged_lists import ReadSchema, reading
from web.api.resources import Resource
from web.cases.search_page import LONGEST, MOST, FoundCase, recent_lines, results_of, search_problem
from web.services import case_finder

blueprint = Resource(
    "search", tag="Search", description="Finding a case by the name of its person, its number, or a date of birth.",
    purpose="supervision", only_reads=True,
)  # fmt: skip

SOUGHT = f"^{PLAIN}*[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]{PLAIN}*$"
"""Something to search for: characters without a line break, among them one that is no space."""


class SearchBody(Body):
    """What is searched for."""

    sought = fields.String(
        required=True,
        error_messages=TEXT_MESSAGES,
        validate=[
            validate.Length(1, LONGEST, error=f"It must be a text of 1 to {LONGEST} characters."),
            validate.Regexp(SOUGHT, error="Enter a name, a CRN or a date of birth."),
        ],
        metadata={
            "description": "A name or the beginning of one, a CRN, or a date of birth such as 12 3 1971 or 1971-03-12.",
            "example": "Davies",
        },
    )


class FoundCaseSchema(CaseFactsSchema):
    """A case that was found."""

    hidden = code("Why the name is not shown; null: it is.", "erased", "redacted", "sealed", null=True)
    born = day("The date of birth; null: not known, or not shown.", "1971-03-12", null=True)


class SoundingSchema(Answer):
    """A name that sounds like what was searched for."""

    name = said("The name, as it is written.", "Davis")
    cases = whole("How many of `alike` have it.", 2)


class SearchSchema(ReadSchema):
    """What was found."""

    among = whole("How many cases were searched: those that you may open.", 60)
    found_in_all = whole("How many cases match.", 2)
    found = many(FoundCaseSchema, f"The first {MOST} of them, by name.")
    alike_in_all = whole("How many cases have a name that sounds like it and is written in another way.", 1)
    alike = many(FoundCaseSchema, f"The first {MOST} of them, by name.")
    sounding = many(SoundingSchema, "The names among these that sound like it.")


class RecentSchema(ReadSchema):
    """The cases opened last."""

    cases = many(FoundCaseSchema, "Those that you may still open.")


@blueprint.operation(
    "/search",
    "searchCases",
    SearchSchema,
    roles=READERS,
    query=ReadingQuery,
    read="dated",
    method="POST",
    body=SearchBody,
)
def search(_: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Find a case.

    By a name (also one that sounds like it), a CRN or a date of birth. Nothing is changed by it. More than 50 matches: ask for
    more of the name. 404 where it looks like a date of birth and is no real one."""
    sought = words(body["sought"])
    problem = search_problem(sought)
    if problem:
        refuse(404, messages={"json": {"sought": [f"{problem}."]}})
    finder = case_finder.finder()
    results = results_of(finder, sought)
    found, alike = results.numbers
    return {
        "among": finder.among, "found_in_all": found, "found": [_found(line) for line in results.found], "alike_in_all": alike,
        "alike": [_found(line) for line in results.alike],
        "sounding": [{"name": name, "cases": number} for name, number in results.sounding], **reading(),
    }  # fmt: skip


@blueprint.one("/search/recent", "getRecentCases", RecentSchema, roles=READERS, persons=True)
def recent(_: dict[str, Any]) -> dict[str, Any]:
    """The cases that you opened last on the site.

    Those that you may still open. What is read by the API is not among them."""
    return {"cases": [_found(line) for line in recent_lines()], **reading()}


def _found(line: FoundCase) -> dict[str, Any]:
    person = line.person
    return case_facts(line.case, line.name) | {
        "hidden": None if person is None else person.hidden, "born": None if person is None else person.born
    }  # fmt: skip
