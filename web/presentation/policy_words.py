"""By which texts of policy a frozen inspection is scored, in words: for its sheet, its report and the command line."""

from collections.abc import Iterable

from domain.aggregates.inspection import Inspection
from domain.policy.frameworks.kept_framework import apart_from_force
from domain.policy.kept_texts import KeptText, KeptTexts

BY_THE_PROGRAM = "Scored by the policy of the program: when it was frozen no text of policy was kept."
BY_THOSE_IN_FORCE = "The texts of policy by which it is scored were kept when it was frozen; they are those in force."
BY_KEPT = "Scored by the texts of policy that were kept when it was frozen."


def policy_said(found: Inspection) -> list[str]:
    """Sentences on the policy of an inspection; none while it is not frozen."""
    if found.policy.is_the_programs:
        return [BY_THE_PROGRAM]
    return kept_words(found.policy.frozen, found.opened.framework if found.opened else "")


def kept_words(texts: KeptTexts | None, framework: str) -> list[str]:
    """Sentences on texts that were kept, with the id and digest of each that is not in force for this framework today."""
    if texts is None:
        return []
    kept, now = apart_from_force(texts, framework)
    if not kept and not now:
        return [BY_THOSE_IN_FORCE]
    said = [BY_KEPT]
    if kept:
        said.append(f"Of these, no longer in force: {_named(kept)}.")
    if added := [one for one in now if (one.kind, one.id) not in {(k.kind, k.id) for k in kept}]:
        said.append(f"In force today, and not kept with it: {_named(added)}.")
    return said


def _named(texts: Iterable[KeptText]) -> str:
    return ", ".join(f"{one.words} (SHA-256 {one.digest[:12]}…)" for one in texts)
