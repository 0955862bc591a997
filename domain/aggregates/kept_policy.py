"""The texts of policy that an inspection keeps: those that its freeze names are the ones by which it is scored from then on."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from domain.entries.inspection_entries import InspectionFrozen, PolicyKept
from domain.entries.refusals import Refused
from domain.policy.cited_documents import PolicyError
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.kept_framework import texts_in_force
from domain.policy.kept_check import check_named
from domain.policy.kept_texts import KeptText, KeptTexts, LaidOver, digest_of_text


@dataclass
class KeptPolicy:
    """``texts``: by digest, in the order of storing. ``named``: those of the freeze; None: it is not frozen."""

    texts: dict[str, PolicyKept] = field(default_factory=dict)
    named: list[str] | None = None

    def keep(self, fact: PolicyKept) -> None:
        """Take in a text."""
        self.texts[fact.entry] = fact
        self.__dict__.pop("so_far", None)

    def freeze(self, fact: InspectionFrozen) -> None:
        """From now on those hold that the freeze names."""
        self.named = list(fact.policy)
        self.__dict__.pop("frozen", None)

    @cached_property
    def frozen(self) -> KeptTexts | None:
        """The texts that the freeze names; None: it names none, or there is no freeze yet."""
        if not self.named:
            return None
        there = [_text(self.texts[one]) for one in self.named if one in self.texts]
        return KeptTexts.of(there, (one for one in self.named if one not in self.texts))

    @cached_property
    def so_far(self) -> KeptTexts | None:
        """All texts, where it is not frozen yet; None: there are none."""
        return KeptTexts.of(map(_text, self.texts.values())) if self.texts and self.named is None else None

    @property
    def is_the_programs(self) -> bool:
        """Whether it is frozen and its freeze names no texts: it is scored by the policy of the program."""
        return self.named == []

    def check_freeze(self, fact: InspectionFrozen, framework: str) -> None:
        """``Refused`` where the texts that a freeze names are not all that its framework needs."""
        named = [self.texts[name] for name in fact.policy if name in self.texts]
        kinds = {(one.kind, one.named) for one in named}
        if not fact.policy or len(named) < len(fact.policy):
            return  # one that is not there is refused as any entry that is named and is not there
        if len(kinds) < len(named):
            raise Refused("policy", "two of these texts are of the same edition, framework or rules: name one of each")
        if ("frameworks", framework) not in kinds or "standards" not in {kind for kind, _ in kinds}:
            raise Refused("policy", f"name the text of the framework {framework}, and those of the editions")


def texts_to_keep(framework: Framework) -> list[dict[str, Any]]:
    """The fields of ``PolicyKept``, as interchange values, of each text that figures under this framework rest on."""
    return fields_of(framework.kept or texts_in_force(framework.id))


def fields_of(texts: KeptTexts) -> list[dict[str, Any]]:
    """The fields of ``PolicyKept``, as interchange values, of each of these texts."""
    return [
        {
            "entry": one.digest, "kind": one.kind, "named": one.id, "text": one.text,
            **({"laid_over": _given(one.laid_over)} if one.laid_over else {}),
        }
        for one in texts.texts
    ]  # fmt: skip


def _given(laid: LaidOver) -> dict[str, str]:
    said = {"file": laid.file, "replaces": laid.replaces, "reason": laid.reason}
    return {name: value for name, value in said.items() if value is not None}


def check_text(fact: PolicyKept) -> None:
    """``Refused`` where a text has not the digest under which it is kept, or is not what it is kept as."""
    found = digest_of_text(fact.text)
    if found != fact.entry:
        raise Refused(
            "text",
            f"this text has the SHA-256 {found}, and is to be kept under {fact.entry}: it is not the text that was in force; "
            "bring it byte for byte as it was exported",
        )
    try:
        check_named(_text(fact))
    except PolicyError as error:
        raise Refused("text", str(error)) from None


def _text(fact: PolicyKept) -> KeptText:
    laid = fact.laid_over
    return KeptText(
        fact.kind, fact.named, fact.text, fact.entry, LaidOver(laid.file, laid.replaces, laid.reason) if laid else None
    )
