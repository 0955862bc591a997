"""What changed on cases, verdicts that differ, and what was stored late, as answers give them."""

from domain.entries.code_lists import RISK_LEVELS
from web.api.answer_fields import code, day, flag, instant, many, part, reference, said, whole
from web.api.api_query import Answer
from web.api.case_facts import CaseFactsSchema
from web.api.entry_answers import StoredSchema
from web.api.given_duties import DutyFactsSchema
from web.api.paged_lists import ReadSchema

VERDICT = ("in_time", "late")
"""A verdict: met in time, or late or missing."""


class RaisedSchema(Answer):
    """A level of risk of harm that was raised."""

    was = code("The level before; null: not assessed.", *RISK_LEVELS, null=True)
    now = code("The level after.", *RISK_LEVELS)
    on = day("From when it holds.")


class MappaRaisedSchema(Answer):
    """A MAPPA level that was raised."""

    was = whole("The level before; null: none.", 1, null=True)
    now = whole("The level after.", 2)
    on = day("From when it holds.")


class ArrivedSchema(Answer):
    """A case that was not held here."""

    officer = said("Who held it; null: it is a new case.", null=True)
    team = said("The team that held it; null: it is a new case.", null=True)
    on = day("Since when it is held here.")


class VerdictChangeSchema(Answer):
    """A duty whose verdict is another one."""

    was = code("The verdict then; null: it had not fallen due, or was not there.", *VERDICT, null=True)
    now = code("The verdict now; null: it is not asked any more.", *VERDICT, null=True)
    duty = part(DutyFactsSchema, "The duty.")
    entry = said("The entry that did it; null: nothing says which, or it is in another file of the person.", null=True)
    what = said("What that entry is; null: nothing says which.", null=True)
    occurred_on = day("The day of that entry.", null=True)
    recorded_at = instant("When it was recorded.", null=True)
    days_after = whole("Working days from its day to its recording; null: no entry.", 5, null=True)


class ChangeSchema(CaseFactsSchema):
    """What changed on a case."""

    on = day("The day of the last change.")
    stays = flag("Whether it stays listed until the case is opened.")
    risk_raised = part(RaisedSchema, "A level of risk raised; null: none was.", null=True)
    mappa_raised = part(MappaRaisedSchema, "A MAPPA level raised; null: none was.", null=True)
    arrived = part(ArrivedSchema, "That the case has come here; null: it was here.", null=True)
    absences = many(DutyFactsSchema, "Absences to be decided.")
    overdue = many(DutyFactsSchema, "Newly overdue duties.")
    past = many(VerdictChangeSchema, "Past verdicts that changed.")


class KindCountsSchema(Answer):
    """Cases with changes, by kind."""

    harm = whole("Risk or MAPPA level raised.", 1)
    absences = whole("Absences to decide.", 0)
    overdue = whole("Newly overdue.", 3)
    transfers = whole("Transfers in.", 0)
    past = whole("Past verdicts changed.", 2)


class GroupSchema(Answer):
    """The changes of an officer."""

    officer = said("The officer; empty: nobody in post.")
    counts = part(KindCountsSchema, "Their cases with changes.")


class TeamChangesSchema(Answer):
    """The changes of a team."""

    team = said("The team.", "Gloucester")
    counts = part(KindCountsSchema, "Its cases with changes.")


class ImportRunSchema(Answer):
    """An import that brought entries on your cases."""

    source = said("For which source; empty: none.", "crams")
    at = instant("When its last entry was stored.")
    entries = whole("Entries on your cases.", 40)
    cases = whole("Of how many cases.", 12)
    turned = whole("Cases on which past verdicts changed, which are counted here and not listed.", 2)


class ChangeFiguresSchema(ReadSchema):
    """How much changed."""

    since = day("From the end of this day; null: since you marked what changed as seen.", null=True)
    says = said("Since when, in words; null: two days are compared.", null=True)
    counts = part(KindCountsSchema, "Cases with changes, by kind, whatever `kind` asks for.")
    officers = many(GroupSchema, "The same by officer, of all your cases.")
    teams = many(TeamChangesSchema, "The same by team.")
    old = whole("Cases whose changes are folded away, being of long ago.", 0)
    imports = many(ImportRunSchema, "Imports since then.")


class VerdictRowSchema(VerdictChangeSchema):
    """A verdict that differs, with its case."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")


class WaySchema(Answer):
    """What became what, and how often."""

    says = said("In words.", "late → in time")
    verdicts = whole("How many.", 4)


class VerdictFiguresSchema(ReadSchema):
    """Then and now for a whole caseload."""

    since = day("The day, as the file stood at its end.")
    stood = whole("Verdicts that there were then.", 1200)
    changed = whole("Verdicts that are others now and fit the filters.", 9)
    ways = many(WaySchema, "What became what, the most frequent first.")


class StoredLateCaseSchema(Answer):
    """A case with entries stored late."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")
    officer = said("Who holds it; empty: nobody is in post.")
    team = said("The team.", "Gloucester")
    entries = whole("Entries stored late.", 3)
    duties = whole("Duties whose verdict rests on them.", 1)


class StoredLateEntrySchema(Answer):
    """An entry stored late."""

    case = reference()
    officer = said("Who holds the case; empty: nobody is in post.")
    team = said("The team.", "Gloucester")
    entry = said("The id of the entry.", "0014")
    type = said("The type of entry.", "AppointmentMade")
    title = said("What it is, in words.")
    occurred_on = day("The day on which it happened.")
    recorded_at = instant("When it was recorded.")
    stored = part(StoredSchema, "How it was stored.")
