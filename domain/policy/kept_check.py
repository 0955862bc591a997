"""Holding a text that a record keeps against what it is kept as, by what it says of itself."""

from collections.abc import Mapping

from domain.entries.code_lists import PolicyKind
from domain.policy.cited_documents import PolicyError, line_of, read_plain
from domain.policy.kept_texts import KeptText
from domain.policy.policy_folders import NAMED_BY

TOLD_BY: Mapping[PolicyKind, str] = {
    "standards": NAMED_BY["standards"], "frameworks": NAMED_BY["frameworks"], "practice": "parameters", "tiering": "v2",
}  # fmt: skip
"""Kind -> the part that its texts have, and those of no other kind."""

_WORDS: Mapping[PolicyKind, str] = {
    "standards": "an edition", "frameworks": "a framework", "practice": "rules of practice", "tiering": "rules of tiering",
}  # fmt: skip


def check_named(text: KeptText) -> None:
    """``PolicyError`` in words, with its line, where a text is not what it is kept as, or no text of policy at all."""
    plain, part = read_plain(text), TOLD_BY[text.kind]
    told = [kind for kind, of_kind in TOLD_BY.items() if of_kind in plain]
    if told != [text.kind]:
        holds = " and ".join(_WORDS[kind] for kind in told) or f"none of the parts {', '.join(TOLD_BY.values())}"
        raise PolicyError(f"{text.name} line 1: it is kept as {_WORDS[text.kind]}, and holds {holds}")
    says = plain[part] if text.kind in NAMED_BY else text.kind
    if says != text.id:
        raise PolicyError(
            f"{text.name} line {line_of(text, part)}: {part}: it is kept as '{text.id}', and says that it is {says!r}"
        )
