"""Words and sentences in templates: what formats values and says things, under its own name."""

from flask import Flask

from domain.entries.code_lists import label
from projections.inspections.published_figures import criterion_words
from web.presentation import (
    answer_reasons,
    apart_words,
    basis_words,
    clock_words,
    duty_language,
    fact_words,
    formatting,
    score_words,
)

FILTERS = (
    formatting.long_date, formatting.short_date, formatting.numeric_date, formatting.percent, formatting.count_noun,
    formatting.change_words, formatting.weekday_date,
    formatting.sentence, fact_words.type_title, fact_words.fact_title, fact_words.fact_named, fact_words.fact_details,
    fact_words.fact_references, formatting.instant, answer_reasons.answer_words, fact_words.stored_words, fact_words.late_words,
    fact_words.claim_words, clock_words.whose_clock, label,
)  # fmt: skip


def attach(app: Flask) -> None:
    """Make them known to the app's templates."""
    for named in FILTERS:
        app.add_template_filter(named)
    app.jinja_env.globals.update(
        band_words=score_words.band_words,
        boundary_words=score_words.boundary_words,
        agreed_words=score_words.agreed_words,
        rating_lines=score_words.rating_lines,
        criterion_words=criterion_words,
        ground_words=score_words.ground_words,
        band_rules_words=score_words.band_rules_words,
        sources_words=score_words.sources_words,
        score_name=score_words.score_name,
        section_name=score_words.section_name,
        units_words=score_words.units_words,
        sure_words=score_words.sure_words,
        doubt_words=score_words.doubt_words,
        apart_said=apart_words.apart_said,
        clocks_differ=clock_words.clocks_differ,
        knowledge_words=basis_words.knowledge_words,
        duty_asked=duty_language.duty_asked,
        duty_sentence=duty_language.duty_sentence,
        entry_of=fact_words.entry_of,
        laid_words=basis_words.laid_words,
        rests_on_words=basis_words.rests_on_words,
        marked_words=basis_words.marked_words,
        stored_late_words=basis_words.stored_late_words,
    )
