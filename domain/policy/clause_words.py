"""The wording of a clause: one sentence with gaps, which its rows and the case fill.

================  ====================================================  ===================================
gap               filled with                                           example
================  ====================================================  ===================================
``{limit}``       the time allowed                                      5 working days
``{by_limit}``    the same, as a day                                    by the next working day
``{often}``       how often contact is asked                            every week for 16 weeks, then every month
``{nth}``         the number of the failure                             second
``{period}``      the time within which the failures lie                `` in 12 months``, or nothing
``{mappa_level}`` the MAPPA level for which the row is                  2
``{day}``         the day of what raised the duty                       9 Nov
================  ====================================================  ===================================

What stands in square brackets is left out where no day is given: ``Assessment[ of {day}] countersigned``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from domain.calendar.workdays import Length

if TYPE_CHECKING:
    from domain.policy.clauses import Phase, Value

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
GAPS = ("limit", "by_limit", "often", "nth", "period", "mappa_level", "day")

_GAP = re.compile(r"\{([^{}]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_ASKED = {
    "order_type": "the kind of order",
    "requirements": "the requirements",
    "tier": "the tier",
    "risk": "risk of harm",
}

Ends = Sequence[str | None]
"""The last day of each phase in words; None: not known, or it has no end."""

Said = Callable[[str], str]
"""A phrase of this module in another language, with the same gaps; it raises what it likes where it has none."""


def as_is(phrase: str) -> str:
    """English."""
    return phrase


def duty_words(
    wording: str, value: "Value", summed: str | None, day: str | None = None, ends: Ends = (), said: Said = as_is
) -> str:
    """What a row asks of one case, without a full stop. ``day``: of what raised the duty, in words; None: not said.

    ``summed``: ``Clause.sum``. ``ends``: as far as given, the phases are told by their last days, not by their lengths.
    """
    asked, words = _gaps(value, summed, ends, said), said(wording)
    gaps = {name: fill() for name, fill in asked.items() if f"{{{name}}}" in words}
    return _filled(words, {**gaps, "day": day or ""}, with_day=day is not None)


def clause_words(wording: str, values: "Sequence[Value]", summed: str | None) -> str:
    """What a clause asks of all cases, without a full stop: with the limits of all its rows."""
    every = [{name: fill() for name, fill in _gaps(value, summed, (), as_is).items()} for value in values]
    gaps = {name: _either([one[name] for one in every]) for name in every[0]}
    lengths = sorted({value.allow for value in values if value.allow is not None}, key=lambda one: one.after(_ANY_DAY))
    gaps["limit"] = _lengths(lengths)
    if len({one["often"] for one in every}) > 1:
        asking = _asked(values)
        gaps["often"] = f"as often as {_listed(asking, 'and')} {'asks' if len(asking) == 1 else 'ask'}"
    return _filled(wording, gaps, with_day=False)


def wrong_gaps(wording: str, values: "Sequence[Value]") -> str | None:
    """What is wrong with the gaps of a wording, and how to write it; None: nothing."""
    gaps = set(_GAP.findall(wording))
    if unknown := sorted(gaps - set(GAPS)):
        return f"'{{{unknown[0]}}}' is not a gap; one of {', '.join(f'{{{name}}}' for name in GAPS)}"
    if re.search(r"[{}\[\]]", _GAP.sub("", _OPTIONAL.sub(r"\1", wording))):
        return "a bracket is not closed, or stands within another"
    if "{day}" in _OPTIONAL.sub("", wording):
        return "'{day}' stands in square brackets with its words, like '[ of {day}]': it is not always known"
    asked = {name for value in values for name in _must_say(value)}
    if missing := sorted(one for one in asked if gaps.isdisjoint(one.split())):
        return f"says nothing of {missing[0].split()[0]}: write {{{missing[0].split()[0]}}} where the sentence tells it"
    return "ends without a full stop" if wording.endswith(".") else None


def _must_say(value: "Value") -> Iterable[str]:
    """The gaps that a wording must have for a row; alternatives in one string."""
    if value.allow is not None and value.allow.count:
        yield "limit by_limit"
    if value.phases:
        yield "often"
    if value.failures:
        yield "nth"


def _gaps(value: "Value", summed: str | None, ends: Ends, said: Said) -> dict[str, Callable[[], str]]:
    """What fills each gap, worked out where it is asked for."""
    allow, period = value.allow, value.period
    levels = [of for name, of in value.when if name == "mappa_level"]
    return {
        "limit": lambda: "" if allow is None else length_words(allow, said),
        "by_limit": lambda: "" if allow is None else _by(allow, said),
        "often": lambda: _often(value.phases, summed, ends, said),
        "nth": lambda: _nth(value.failures, said),
        "period": lambda: said(" in {length}").format(length=length_words(period, said)) if period else "",
        "mappa_level": lambda: _listed(sorted(map(str, levels[0])), said(" or ").strip()) if levels else "",
    }


def length_words(length: Length, said: Said = as_is) -> str:
    """A length of time, such as ``15 working days``."""
    if length.count == 0:
        return said("the same day")
    return said(f"{{n}} {length.unit}{'' if length.count == 1 else 's'}").format(n=length.count)


def _nth(failures: int, said: Said) -> str:
    named = 0 < failures <= len(ORDINALS)
    return said(ORDINALS[failures - 1]) if named else said("{n}th").format(n=failures)


def _filled(wording: str, gaps: dict[str, str], with_day: bool) -> str:
    words = _OPTIONAL.sub(r"\1" if with_day else "", wording)
    return _GAP.sub(lambda gap: gaps[gap[1]], words)


def _by(allow: Length, said: Said) -> str:
    if allow == Length(1, "working day"):
        return said("by the next working day")
    return said("within {length}").format(length=length_words(allow, said))


def _often(phases: "Sequence[Phase]", summed: str | None, ends: Ends, said: Said) -> str:
    last = [*ends, *[None] * len(phases)]
    return said(", then ").join(_phase(phase, summed, end, said) for phase, end in zip(phases, last, strict=False))


def _phase(phase: "Phase", summed: str | None, end: str | None, said: Said) -> str:
    times, window = _times(phase, summed, said), phase.window
    if window == phase.length:
        return f"{times} {said(phase.text.removeprefix(f'{phase.count:g} '))}"
    if phase.count > 1 and not summed:
        often = said(f"{{times}} a {window.unit}" if window.count == 1 else "{times} every {window}")
    else:
        often = said("{times}every " + window.unit if window.count == 1 else "{times}every {window}")
    often = often.format(times=times, window=length_words(window, said))
    return said("{often} until {day}").format(often=often, day=end) if end else _for(phase, often, said)


def _times(phase: "Phase", summed: str | None, said: Said) -> str:
    if summed:
        return said("{n} hours ").format(n=f"{phase.count:g}")
    if phase.on_days:
        return said("on {n} days").format(n=f"{phase.count:g}")
    if int(phase.count) == 1:
        return ""
    return said("twice") if int(phase.count) == 2 else said("{n} times").format(n=f"{phase.count:g}")


def _for(phase: "Phase", often: str, said: Said) -> str:
    if phase.length is None:
        return often
    length = length_words(phase.length, said)
    if phase.from_start:
        return said("{often} until {length} after the start").format(often=often, length=length)
    return said("{often} for {length}").format(often=often, length=length)


def _asked(values: "Sequence[Value]") -> list[str]:
    asked = {name for value in values for name, _ in value.when}
    return [words for name, words in _ASKED.items() if name in asked] or ["the case"]


def _either(words: Sequence[str]) -> str:
    return _listed(list(dict.fromkeys(words)), "or")


def _lengths(lengths: Sequence[Length]) -> str:
    """Such as ``1, 2 or 5 working days``; in full where the units differ."""
    if len({one.unit for one in lengths}) == 1 and all(one.count for one in lengths) and len(lengths) > 1:
        return f"{_listed([str(one.count) for one in lengths[:-1]], ',')} or {lengths[-1]}"
    return _listed([str(one) for one in lengths], "or")


def _listed(words: Sequence[str], joined_by: str) -> str:
    if joined_by == ",":
        return ", ".join(words)
    return f" {joined_by} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


_ANY_DAY = date(2001, 1, 1)
