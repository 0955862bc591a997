"""The framework of an inspection by the texts that its record keeps, and the texts in force that a freeze keeps.

Texts that are in force word for word are not read again: by them it is the framework in force.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from domain.entries.code_lists import PolicyKind
from domain.policy.cited_documents import STANDARDS, PolicyError, read_plain
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.frameworks.framework_schema import read_framework
from domain.policy.kept_check import check_named
from domain.policy.kept_texts import READ, KeptText, KeptTexts, LaidOver, PolicyText, by_rules_of, digest_of_text
from domain.policy.policy_cache import kept_policy
from domain.policy.policy_folders import Source, looking_at, policy_files, source
from domain.policy.practice import practice
from domain.policy.standards.edition import Standards
from domain.policy.standards.edition_files import national_standards
from domain.policy.tiering_rules import tiering

PROGRAMS_OWN: tuple[PolicyKind, ...] = ("practice", "tiering")
"""The kinds that no folder is laid over. A figure depends on them all the same."""


def texts_in_force(framework: str) -> KeptTexts:
    """Every text in force on which figures under this framework depend: its own and its bases', all editions, the rules of
    practice and of tiering. Where there is no such framework, the others. ``PolicyError``."""
    return _in_force(source(), framework)


@cache
def _in_force(over: Source, framework: str) -> KeptTexts:
    return KeptTexts.of(_each_in_force(framework))


def _each_in_force(framework: str) -> Iterator[KeptText]:
    files, bases = policy_files("frameworks"), _bases()
    name = framework if framework in files else None
    while name is not None:
        yield _kept("frameworks", name, *files[name])
        name = bases[name]
    for edition, (file, laid) in policy_files("standards").items():
        yield _kept("standards", edition, file, laid)
    for kind in PROGRAMS_OWN:
        yield _kept(kind, kind, STANDARDS / f"{kind}.yaml", None)


def _bases() -> Mapping[str, str | None]:
    """Framework -> the one on whose base it stands."""
    return kept_policy(
        "bases", lambda: {name: read_plain(file).get("base") for name, (file, _) in policy_files("frameworks").items()}
    )


def _kept(kind: PolicyKind, name: str, file: PolicyText, laid: LaidOver | None) -> KeptText:
    text = file.read_bytes().decode("utf-8")
    return KeptText(kind, name, text, digest_of_text(text), laid)


def framework_by(texts: KeptTexts, name: str) -> Framework:
    """The framework of this id by kept texts, with the editions among them; the one in force where that has the same texts.

    ``PolicyError`` in words: a text is not what its digest says or what it is kept as, is missing, or cannot be read by this
    version.
    """
    if name in frameworks() and texts == texts_in_force(name):
        return frameworks()[name]
    if texts.harm is not None:  # never kept in memory: another inspection may have the same texts unharmed
        raise PolicyError(
            f"{texts.harm}, and nothing is scored by it; run caseaudit verify, and restore the record from a copy that is sound"
        )
    found = _framework_by(texts, name)
    if isinstance(found, str):
        raise PolicyError(found)
    return found


def apart_from_force(texts: KeptTexts, name: str) -> tuple[list[KeptText], list[KeptText]]:
    """The kept texts that are not in force for this framework, and those in force that are not kept."""
    now = texts_in_force(name)
    return texts.differs(now), now.differs(texts)


@lru_cache(READ)
def _framework_by(texts: KeptTexts, name: str) -> Framework | str:
    """The framework by these texts; in words why there is none, which is not worked out at every page either."""
    try:
        return _read_by(texts, name)
    except PolicyError as error:
        return str(error)


def _read_by(texts: KeptTexts, name: str) -> Framework:
    for one in texts.texts:
        check_named(one)
    files = texts.of_kind("frameworks")
    if name not in files:
        raise PolicyError(f"the text of the framework {name} is not among those that were kept with the inspection")
    file, laid = files[name]
    with looking_at(texts), by_rules_of(texts):
        # The id came with the inspection, from wherever that came, and names no file.
        framework, standards = kept_policy(f"framework-{digest_of_text(name)[:16]}", lambda: _read(file))
        practice(), tiering()
    return replace(framework, laid_over=laid, kept=texts, kept_standards=standards)


def _read(file: PolicyText) -> tuple[Framework, Standards]:
    return read_framework(file), national_standards()
