"""Small places in what leaves the building: no figure about fewer than five people, and none that sums would give away.

This holds for everybody's board pack, whatever its reader may open: others read it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from projections.ledger.ledger import Place
from projections.reports.disclosure import FEW


def hidden_among(people: Sequence[int]) -> set[int]:
    """Which of these places (numbers) are hidden, where their total is printed. ``people``: how many count in each.

    A place of fewer than ``FEW`` people is hidden. With it the smallest others are, until at least two are hidden that have
    ``FEW`` people together: the total less the places shown is then about no few. Places without anybody give nothing away.
    """
    hidden = {n for n, some in enumerate(people) if 0 < some < FEW}
    rest = sorted((some, n) for n, some in enumerate(people) if some >= FEW)
    while hidden and rest and (len(hidden) < 2 or sum(people[n] for n in hidden) < FEW):
        hidden.add(rest.pop(0)[1])
    return hidden


Team = tuple[str, str, str]
"""Area, division, team."""


def team_of(place: Place) -> Team:
    """The team that a place is in."""
    return place.area, place.division, place.team


class SmallPlaces:
    """Which figures of areas, divisions and teams may be printed. ``people``: how many count in each team of whole areas.

    Teams are hidden within their division, divisions within their area; all teams of a hidden division are hidden. The answer is
    the same in every pack, of whichever place: else the pack of a division would tell what that of its area hides.
    """

    def __init__(self, people: Mapping[Team, int]):
        self._people = {team: many for team, many in sorted(people.items()) if many}
        self._hidden = {
            part
            for depth in range(3)
            for whole in dict.fromkeys(team[:depth] for team in self._people)
            for part in self._hidden_in(whole)
        }

    def _hidden_in(self, whole: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
        """The parts of an area or a division that are hidden; of nothing: the areas."""
        parts = list(dict.fromkeys(team[: len(whole) + 1] for team in self._inside(whole)))
        counts = [sum(self._people[team] for team in self._inside(part)) for part in parts]
        if not whole:  # areas are in no total
            return [part for part, count in zip(parts, counts, strict=True) if count < FEW]
        return [parts[n] for n in hidden_among(counts)]

    def _inside(self, part: tuple[str, ...]) -> list[Team]:
        return [team for team in self._people if team[: len(part)] == part]

    def allow(self, holds: Callable[[Place], bool], places: Iterable[Place]) -> bool:
        """Whether the figure of the places for which something holds may be printed. ``places``: all there are.

        It is made of whole areas, whole divisions and teams, as large as they can be, and none of these is hidden or lies
        in one that is.
        """
        left = {team_of(place) for place in places if holds(place)} & self._people.keys()
        for depth in (1, 2, 3):
            for part in {team[:depth] for team in left}:
                inside = set(self._inside(part))
                if inside <= left:
                    if any(part[:up] in self._hidden for up in range(1, depth + 1)):
                        return False
                    left -= inside
        return True
