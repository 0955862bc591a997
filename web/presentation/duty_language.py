"""Duty sentences in the language that the reader chose: in Welsh where every phrase of one is reviewed, else in English."""

from datetime import date
from typing import Any

from babel.dates import format_date
from markupsafe import Markup

from projections.obligations.duty_state import Obligation
from web.presentation import duty_sentences
from web.presentation.duty_sentences import DutySentence, Tongue
from web.site import languages
from web.site.languages import NotReviewed


def welsh_date(value: date, beside: date | None) -> str:
    """``11 Awst``; with its year where that is not the year of ``beside``."""
    same = beside is not None and value.year == beside.year
    return str(format_date(value, "d MMM" if same else "d MMM y", locale="cy"))


WELSH = Tongue(languages.welsh_phrase, welsh_date)

_WELSH = Markup('<span lang="cy">{}</span>')


def duty_sentence(obligation: Obligation, day: date, **more: Any) -> DutySentence:
    """See ``duty_sentences.duty_sentence``."""
    if languages.chosen() == "cy":
        try:
            said = duty_sentences.duty_sentence(obligation, day, tongue=WELSH, **more)
        except NotReviewed:
            pass
        else:
            what, last, when = (_WELSH.format(words) if words else "" for words in said[:3])
            return DutySentence(what, last, when, said.mark)
    return duty_sentences.duty_sentence(obligation, day, **more)


def duty_asked(obligation: Obligation, day: date, **more: Any) -> str:
    """See ``duty_sentences.duty_asked``."""
    if languages.chosen() == "cy":
        try:
            return _WELSH.format(duty_sentences.duty_asked(obligation, day, tongue=WELSH, **more))
        except NotReviewed:
            pass
    return duty_sentences.duty_asked(obligation, day, **more)
