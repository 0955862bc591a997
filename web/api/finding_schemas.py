"""The schemas of what an inspection found: management, answers, policy, process, the area."""

from marshmallow import fields

from web.api.answer_fields import counts, day, flag, instant, many, part, said, texts
from web.api.api_query import Answer
from web.api.inspection_report_schemas import DepartedSchema, ErratumSchema
from web.api.score_schemas import KeptTextSchema, RatingSchema


class RatedItemSchema(Answer):
    """An evidence item of a criterion of management."""

    id = said("Its id.")
    text = said("What it is.")
    rating = said("Its rating; null: open.", null=True)
    evidence = said("On what evidence.", null=True)
    sources = counts("Kind of source -> how many.")
    citation = said("Where it is printed.")
    sure = said("How sure it is: `F` found, `R` recalled, `U` unsure, `P` ours.")


class ManagementCriterionSchema(Answer):
    """A criterion of management."""

    id = said("Its id.", example="A1")
    title = said("Its title.")
    items = many(RatedItemSchema, "Its items.")
    proposed = said("The rung that its ratings propose; null: not all are rated.", null=True)
    why = said("Why that one.")
    printed = said("The rung as printed; null: open.", null=True)
    followed_up = flag("Whether it is followed up.")
    adjusted_to = said("The rung to which it was moved.", null=True)
    adjusted_for = said("Why.", null=True)
    agreed_by = texts("Who of the panel agreed.")


class ManagementSchema(Answer):
    """Section A of an inspection, and the bands of frameworks that have them."""

    criteria = many(ManagementCriterionSchema, "The criteria of management; none: the framework has none.")
    rungs = texts("The rungs of the ladder, the highest first.")
    rating = part(RatingSchema, "How its sections are rated; null: the framework has no bands.", null=True)


class InspectionAnswerSchema(Answer):
    """The answer of a case to a question, as in the table of all answers."""

    case = said("The case.", example="X123456/1")
    unit = said("Of a region: the inspection of the unit.", null=True)
    criterion = said("The criterion.", example="B1")
    question = said("The question.", example="plan-reviewed")
    answer = said("The answer.")
    basis = said("Whether it was derived or judged.")
    absent = flag("Whether what was required is not there at all.")
    other = said("The answer on the other basis, where that differs.", null=True)
    prompts = said("What was noted on prompts; empty: nothing.")


class PolicyTextSchema(KeptTextSchema):
    """A text of policy as it was kept."""

    in_force = flag("Whether it is in force today.")
    text = said("The text, as YAML.")


class PolicySchema(Answer):
    """The policy by which an inspection is scored."""

    unusable = said("Why it cannot be used; null: it can.", null=True)
    said = texts("Sentences on it.")
    texts = fields.List(
        fields.Nested(PolicyTextSchema), required=True, metadata={"description": "The texts that were kept."}
    )


class AreaPersonSchema(Answer):
    """A person of the inspected area."""

    name = said("The name.")
    named_for = texts("For what: `alerts`, `list`, `draft`.")


class CommentSchema(Answer):
    """A comment on a draft, and its answer."""

    id = said("Its id.")
    by = said("Whose it is.")
    on = day("Its day.")
    late = flag("Whether it came after the last day.")
    about = said("What of the draft it is about; null: all of it.", null=True)
    case = said("The case that it is about.", null=True)
    says = said("What is said to be wrong.")
    evidence = said("What shows it.")
    evidence_on = day("When that existed.")
    outcome = said("What came of it; null: not answered yet.", null=True)
    reason = said("Why.", null=True)
    effects = texts("What it changes.")


class AlertSchema(Answer):
    """An alert on a case, without what it says."""

    case = said("The case; null: it is closed to you.", null=True)
    raised_at = instant("When it was raised.")
    answer_by = instant("By when it is to be answered.")
    answered_at = instant("When it was.", null=True)
    in_time = flag("Whether that was in time; null: not answered.", null=True)


class ProcessSchema(Answer):
    """Where an inspection stands in its process."""

    lead = said("Who leads.")
    area = many(AreaPersonSchema, "Persons of the area.")
    list_opens_on = day("From when these see the list of cases.", null=True)
    panel = texts("The members of the panel.")
    closing_confirmed_by = said("Who confirmed that fieldwork is closed.", null=True)
    draft_opens_on = day("From when named persons see the draft.", null=True)
    comments_until = day("The last day for comments.", null=True)
    comments = many(CommentSchema, "Comments on the draft.")
    moved = many(DepartedSchema, "Figures that comments moved.")
    errata = many(ErratumSchema, "Errata.")
    alerts = many(AlertSchema, "Alerts.")


class ListedCaseSchema(Answer):
    """A case of the list that the area is given."""

    case = said("The case.")
    officer = said("Who held it on the sample date.", null=True)
    team = said("The team that did.", null=True)


class AreaAlertSchema(AlertSchema):
    """An alert that is yours to answer."""

    danger = said("What it says.")
    by = said("Who raised it.")
    answer = said("What was done.", null=True)


class ForTheAreaSchema(Answer):
    """What of an inspection is open to a person of the area."""

    inspection = said("The inspection.")
    title = said("Its title.")
    draft = flag("Whether its draft is open to you.")
    cases = many(ListedCaseSchema, "The list of cases, from its day.")
    comments = many(CommentSchema, "Your comments.")
    alerts = many(AreaAlertSchema, "Alerts that are yours to answer.")
