"""Which entries of its process an inspection still accepts: lead, list, panel, closing, draft, comments, reopening, errata.

What the inspectorate holds on its own installation (``InspectionOpened.held_by``) must go through the whole process before it
is published. An audit, and what was opened before this was put on record, need not.
"""

from datetime import date

from domain.aggregates.inspection import Inspection
from domain.entries import inspection_entries, process_entries
from domain.entries.code_lists import CommentEffect
from domain.entries.entry import Entry
from domain.entries.refusals import ImpossibleDate, Refused, TooLate

AFTER_FREEZING = (
    process_entries.LeadNamed,
    process_entries.AreaPersonNamed,
    process_entries.InterestDeclared,
    process_entries.InterestWithdrawn,
    process_entries.ClosingConfirmed,
    process_entries.DraftDaySet,
    process_entries.CommentMade,
    process_entries.CommentAnswered,
    process_entries.ReadingReopened,
)
"""What of the process an inspection takes once it is frozen."""

AFTER_PUBLICATION = (process_entries.ErratumIssued,)
"""What an inspection takes once it is published."""

MOVES_A_FIGURE: frozenset[CommentEffect] = frozenset(("figure", "rating"))


def check_process(found: Inspection, fact: Entry) -> None:
    """``Refused`` where the inspection does not accept this entry of its process as things are now."""
    match fact:
        case process_entries.LeadNamed():
            _check_lead(found, fact)
        case process_entries.AreaPersonNamed():
            if fact.named_for and fact.person_id in {found.lead, *found.assessors}:
                raise Refused("person", f"{fact.person} leads or assesses this inspection: name somebody of the area")
        case inspection_entries.AssessorNamed():
            _check_not_of_area(found, "assessor", fact.assessor, fact.assessor_id)
        case process_entries.InterestDeclared():
            if fact.of_id not in {found.lead, *found.assessors}:
                raise Refused("of", f"{fact.of} neither leads nor assesses this inspection")
        case process_entries.InterestWithdrawn():
            if fact.interest not in found.process.interests:
                raise Refused("interest", f"there is no interest '{fact.interest}' that is not withdrawn")
        case process_entries.ListDaySet():
            _check_list_day(found, fact)
        case process_entries.PanelNamed():
            _check_panel(found, fact)
        case process_entries.ClosingConfirmed():
            _check_confirmation(found, fact)
        case process_entries.DraftDaySet():
            _check_draft_day(found, fact)
        case process_entries.CommentMade():
            _check_comment(found, fact)
        case process_entries.CommentAnswered():
            _check_comment_answer(found, fact)
        case process_entries.ReadingReopened():
            _check_reopening(found, fact)
        case process_entries.ErratumIssued():
            _check_erratum(found, fact)
        case inspection_entries.InspectionFrozen():
            by_lead(found, fact, "fieldwork is closed")
        case inspection_entries.InspectionPublished():
            _check_publication(found, fact)
        case inspection_entries.FrameTaken() | inspection_entries.SampleDrawn():
            if found.process.list_open(fact.occurred_on):
                raise Refused("type", "the area has the list of cases already: their frame and sample stay as they are")
        case _:
            pass


def by_lead(found: Inspection, fact: Entry, what: str) -> None:
    """``Refused`` where somebody else than the lead makes an entry of an inspection that only the lead may make."""
    if found.is_confidential and fact.recorded_by not in (None, found.lead):
        raise Refused("recorded_by", f"{what} by the lead, {found.called(found.lead)}, not by {fact.recorded_by}")


def check_panel_agrees(
    found: Inspection, fact: inspection_entries.RatingAdjusted | inspection_entries.StandardRated
) -> None:
    """``Refused`` where a rating is moved without the panel: more than half of it agrees, and not the lead alone."""
    panel = found.process.panel
    if panel is None:
        if found.is_confidential and fact.criterion in {s.id for s in found.framework.sections}:
            raise Refused("agreed_by", "a rating is moved by a panel: name one before the first reading is finished")
        if fact.agreed_by:
            raise Refused("agreed_by", "no panel is named for this inspection")
        return
    members = {member.name_id: member.name for member in panel.members}
    strange = [one for one in fact.agreed_by if one not in members]
    if strange:
        raise Refused("agreed_by", f"'{strange[0]}' is not of the panel; there are: {', '.join(members.values())}")
    agreed, least = len(set(fact.agreed_by)), max(2, len(members) // 2 + 1)
    if agreed < least:
        raise Refused("agreed_by", f"{agreed} of the panel of {len(members)} agree; {least} must")


def _check_lead(found: Inspection, fact: process_entries.LeadNamed) -> None:
    if fact.instead_of != found.lead:
        raise Refused(
            "instead_of",
            f"the lead is {found.called(found.lead)} ({found.lead}): an inspection has one lead, whom the next one follows",
        )
    if fact.lead_id == found.lead:
        raise Refused("lead", f"{fact.lead} leads this inspection already")
    _check_not_of_area(found, "lead", fact.lead, fact.lead_id)


def _check_not_of_area(found: Inspection, name: str, who: str, key: str | None) -> None:
    """``Refused`` where somebody who is to lead, assess or move ratings is named as a person of the inspected area."""
    named = found.process.area.get(key or "")
    if named is not None and named.named_for:
        raise Refused(name, f"{who} is named as a person of the inspected area: choose somebody else")


def _check_list_day(found: Inspection, fact: process_entries.ListDaySet) -> None:
    if not found.sample:
        raise Refused("type", "draw the sample before the day of its list is set")
    if found.process.list_open(fact.occurred_on):
        raise Refused("opens_on", "the area has the list already: its day does not change any more")
    _from_today_on("opens_on", fact.opens_on, fact)


def _check_panel(found: Inspection, fact: process_entries.PanelNamed) -> None:
    if found.completed:
        raise TooLate("type", "cases have been read: a panel is named before the first reading is finished", "read")
    if len(fact.members) < 2:
        raise Refused("members", "a panel is of two people or more")
    if len({member.name_id for member in fact.members}) != len(fact.members):
        raise Refused("members", "somebody stands in the panel twice")
    for member in fact.members:
        _check_not_of_area(found, "members", member.name, member.name_id)


def _check_confirmation(found: Inspection, fact: process_entries.ClosingConfirmed) -> None:
    if found.frozen is None:
        raise Refused("type", "the lead closes fieldwork first; then a second person confirms it")
    if fact.closed != found.frozen.entry:
        raise Refused("closed", f"fieldwork was closed by '{found.frozen.entry}'")
    closers = {found.lead, found.frozen.recorded_by} - {None}
    if closers & {fact.by_id, fact.recorded_by}:
        raise Refused("by", "somebody else than the lead confirms that fieldwork is closed")
    if any({one.of_id, one.about} == {fact.by_id, closer} for one in _lines(found) for closer in closers):
        raise Refused("by", "one of the two manages the other, as was declared: ask somebody outside the lead's line")
    if not fact.outside_line:
        raise Refused(
            "outside_line", "the second person is not managed by the lead, nor their manager's deputy: ask another"
        )


def _lines(found: Inspection) -> list[process_entries.InterestDeclared]:
    """What was declared of who manages whom among those who lead and assess."""
    every = found.process.interests.values()
    return [one for one in every if one.kind == "line_manager" and one.interest_in == "colleague"]


def _check_draft_day(found: Inspection, fact: process_entries.DraftDaySet) -> None:
    if found.frozen is None or (found.is_confidential and found.process.confirmed is None):
        raise Refused(
            "type", "the draft goes to the area once fieldwork is closed, and a second person has confirmed it"
        )
    before = found.process.draft
    if before is not None and found.process.draft_open(fact.occurred_on):
        if fact.opens_on != before.opens_on or fact.comments_until < before.comments_until:
            raise Refused("opens_on", "the area sees the draft already: only the last day for comments may be put off")
    else:
        _from_today_on("opens_on", fact.opens_on, fact)
    if fact.comments_until < fact.opens_on:
        raise ImpossibleDate("comments_until", f"{fact.comments_until} is before the draft opens, {fact.opens_on}")


def _check_comment(found: Inspection, fact: process_entries.CommentMade) -> None:
    if found.frozen is None or not found.process.draft_open(fact.occurred_on):
        raise Refused("type", "the draft is not open for comments yet")
    if not found.process.named_for("draft", [fact.by_id]):
        raise Refused("by", f"{fact.by} is not among the people of the area who are named for the draft")
    if fact.evidence_on > found.frozen.occurred_on:
        raise Refused(
            "evidence_on", f"evidence must have existed when fieldwork was closed, {found.frozen.occurred_on}: "
            "what came later is for the next inspection"
        )  # fmt: skip
    if fact.case is not None and fact.case not in found.sample:
        raise Refused("case", f"{fact.case} is not in the sample")
    _check_about(found, fact.about)


def _check_comment_answer(found: Inspection, fact: process_entries.CommentAnswered) -> None:
    if fact.comment not in found.process.comments:
        raise Refused("comment", f"there is no comment '{fact.comment}'")
    if fact.outcome == "refused" and fact.effects:
        raise Refused("effects", "a comment that is refused changes nothing")
    by_lead(found, fact, "comments are answered")


def _check_reopening(found: Inspection, fact: process_entries.ReadingReopened) -> None:
    answer = found.process.answered.get(fact.comment)
    if answer is None or answer.outcome == "refused" or not MOVES_A_FIGURE.intersection(answer.effects):
        raise Refused(
            "comment", "a reading is opened again by a comment that was accepted and moves a figure or rating"
        )
    if fact.case not in found.sample or (fact.case, False) not in found.completed:
        raise Refused("case", f"{fact.case} has no finished reading in this sample")
    named = found.process.comments[fact.comment].case
    if named not in (None, fact.case):
        raise Refused("case", f"the comment is about {named}: no other reading is opened again by it")
    if found.process.reopening_of(fact.case) is not None:
        raise Refused("case", f"{fact.case} is open again already")
    by_lead(found, fact, "a reading is opened again")


def _check_erratum(found: Inspection, fact: process_entries.ErratumIssued) -> None:
    if found.published is None:
        raise Refused("type", "nothing is published yet: change the draft")
    _check_about(found, fact.about)


def before_publication(found: Inspection, day: date) -> list[str]:
    """What stands in the way of publishing the sheet of a frozen inspection on a day, in words, the first step first."""
    process = found.process
    said = [
        f"the reading of {one.case} is open again: its reader finishes it before the sheet is published"
        for one in process.still_open.values()
    ]
    if not found.is_confidential:
        return said
    if process.confirmed is None:
        said.append("a second person confirms that fieldwork is closed before the sheet is published")
    if process.draft is None:
        said.append("the area sees the draft before it is published: set its day")
    elif day <= process.draft.comments_until:
        said.append(f"the area may comment until {process.draft.comments_until}; publish after that day")
    if left := len(process.unanswered):
        said.append(
            f"{left} comments of the area wait for an answer" if left > 1 else "one comment waits for an answer"
        )
    return said


def _check_publication(found: Inspection, fact: inspection_entries.InspectionPublished) -> None:
    if said := before_publication(found, fact.occurred_on):
        raise Refused("type", said[0])


def _check_about(found: Inspection, about: str | None) -> None:
    if about is not None and about not in _can_be_about(found):
        raise Refused("about", f"there is no criterion, section, question or finding '{about}' here")


def _can_be_about(found: Inspection) -> set[str]:
    framework = found.framework
    printed = [part.id for part in framework.management]
    printed += [part.id for part in framework.criteria] + [part.id for part in framework.sections]
    return {*printed, *framework.questions, *(finding.entry for finding in found.findings)}


def _from_today_on(name: str, day: date, fact: Entry) -> None:
    if day < fact.occurred_on:
        raise ImpossibleDate(name, f"{day} is past: set a day from {fact.occurred_on} on")
