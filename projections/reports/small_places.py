"""Small places in what leaves the building: no figure about fewer than five people, and none that sums would give away.

This holds for everybody's board pack, whatever its reader may open: others read it.
"""

from collections.abc import Mapping, Sequence

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


def hidden_places(parts: Mapping[str, Mapping[str, int]]) -> tuple[set[str], set[tuple[str, str]]]:
    """The divisions and the teams (division, team) that are hidden. ``parts``: division -> its teams -> people.

    Teams are hidden within their division, divisions within the whole; all teams of a hidden division are hidden.
    """
    names = list(parts)
    closed = {names[n] for n in hidden_among([sum(parts[name].values()) for name in names])}
    teams = {(name, team) for name in closed for team in parts[name]}
    for name, held in parts.items():
        inside = list(held)
        teams |= {(name, inside[n]) for n in hidden_among(list(held.values()))}
    return closed, teams
