"""Names that somebody asks for: an area, a division, a team, an officer. One that is not known is an error, never an empty list.

A name is known where a case was ever held there, whatever the day that is read: a team without cases on a day is no error.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from projections.ledger.ledger import Place

OFFERED = 8
"""Names that the words of an error offer."""


class UnknownName(ValueError):
    """Nothing that is known has this name. Its words name what is known, the likest first."""


def require(said: str, name: str, known: Iterable[str]) -> None:
    """``UnknownName`` where a name is not among those known. ``said``: what is wrong then, as a sentence without its stop."""
    every = set(known)
    if name not in every:
        raise UnknownName(f"{said}. {offered(name, every)}")


def require_place(
    level: str, name: str, places: Iterable[Place], mine: Callable[[Place], bool] | None = None
) -> None:  # fmt: skip
    """``UnknownName`` where no place of this level has the name: among ``places``, or of them those that are ``mine``."""
    known = (getattr(place, level) for place in places if mine is None or mine(place))
    require(nowhere(level, name) + ("" if mine is None else " that you answer for"), name, known)


def nowhere(level: str, name: str) -> str:
    """In words, that no case has ever been held in the place."""
    if level == "officer":
        return f"No case has been held by an officer called {name}"
    return f"No case has been held in {'an' if level == 'area' else 'a'} {level} called {name}"


def offered(name: str, known: Iterable[str]) -> str:
    """What there is in place of a name, the likest first, as a sentence."""
    names = likest(name, known)
    if not names:
        return "There are none yet."
    more = len(names) - OFFERED
    return f"There are: {', '.join(names[:OFFERED])}{f' and {more} more' if more > 0 else ''}."


def likest(name: str, known: Iterable[str]) -> list[str]:
    """The names that are known: first those like this one, however they are capitalised, then the others in order."""
    by_folded = {one.casefold(): one for one in sorted(known, reverse=True)}
    near = [by_folded[one] for one in get_close_matches(name.casefold(), by_folded, n=3, cutoff=0.5)]
    return [*near, *sorted({*known} - {*near})]
