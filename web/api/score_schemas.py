"""Scores as ``json_documents.scores`` gives them."""

from web.api.answer_fields import many, said, share, whole
from web.api.api_query import Answer


class QuestionScoreSchema(Answer):
    """A question over some cases."""

    id = said("The id of the question.", "plan-reviewed")
    sufficient = whole("Cases answered sufficient.", 40)
    insufficient = whole("Cases answered insufficient.", 12)
    not_applicable = whole("Cases to which it does not apply.", 6)
    not_answered = whole("Cases in which it is not answered.", 2)
    absent = whole("Of the insufficient, those that lack altogether what was required.", 1)
    score = share("Per cent of the cases with an answer that counts; null: there is none.")
    low = share("The lower end of its 95 % interval.")
    high = share("The upper end of its 95 % interval.")


class CriterionScoreSchema(Answer):
    """A criterion over some cases."""

    id = said("The id of the criterion.", "B1")
    weight = said("Its weight.", "critical")
    score = share("Its score in per cent, to two places.")
    printed = whole("The same as printed.", 74, null=True)
    questions = many(QuestionScoreSchema, "Its questions.")


class SectionScoreSchema(Answer):
    """A section over some cases."""

    id = said("The id of the section.", "B")
    score = share("Its score in per cent, to two places.")
    printed = whole("The same as printed.", 71, null=True)


class ScoreSchema(Answer):
    """The scores of some cases, or of one."""

    cases = whole("Cases counted.", 1)
    sections = many(SectionScoreSchema, "Its sections.")
    criteria = many(CriterionScoreSchema, "Its criteria.")
