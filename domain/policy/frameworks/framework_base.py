"""A framework on the ``base`` of another takes its expectations, and the questions that it names by ``use``."""

from copy import deepcopy
from typing import Any

from marshmallow import ValidationError

from domain.policy.cited_documents import read_plain
from domain.policy.policy_folders import policy_files


def on_its_base(data: dict[str, Any], above: tuple[str, ...] = ()) -> dict[str, Any]:
    """The plain framework with everything that it takes from its base, and that from its own.

    ``answers_of``: where the file does not say whose answers count here too, those of the base. ``ValidationError`` where
    there is no such base, or the frameworks stand on one another. ``above``: the frameworks that stand on this one.
    """
    name = data.get("base")
    if name is None:
        return data
    files = policy_files("frameworks")
    if not isinstance(name, str) or name not in files:
        raise ValidationError(f"there is no framework '{name}'", "base")
    above = above or (data.get("framework", ""),)
    if name in above:
        raise ValidationError(f"'{name}' stands on this framework itself", "base")
    base = on_its_base(read_plain(files[name][0]), (*above, name))
    try:
        return _put_together(name, base, deepcopy(data))
    except (AttributeError, KeyError, TypeError):
        raise ValidationError(
            f"it cannot be put together with '{name}': sections are lists of criteria, criteria of questions, in both",
            "base",
        ) from None


def _put_together(name: str, base: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """The plain framework with what it takes from this base. Neither was checked yet."""
    del data["base"]
    known = {q.get("id"): q for s in base["sections"] for c in s["criteria"] for q in c["questions"]}
    used = set[str]()
    for section in data.get("sections", ()):
        for criterion in section.get("criteria", ()):
            for at, question in enumerate(criterion.get("questions", ())):
                asked = question.get("use")
                if asked in known:
                    own = {key: value for key, value in question.items() if key != "use"}
                    criterion["questions"][at] = {**known[asked], **own}
                    used.add(asked)
    return data | {
        "answers_of": data.get("answers_of", [name]),
        "sources": {**base["sources"], **data.get("sources", {})},
        "expectations": [*base["expectations"], *data.get("expectations", ())],
        "reading_order": data.get("reading_order") or [q for q in base["reading_order"] if q in used],
    }
