"""The frameworks that ship with the program: the YAML files in this folder."""

from collections.abc import Mapping
from functools import cache

from domain.policy.cited_documents import FRAMEWORKS
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_schema import read_framework
from domain.policy.policy_cache import kept_policy

DEFAULT_FRAMEWORK = "esi-2003"


def framework_names() -> list[str]:
    """The ids of the frameworks that ship with the program, from the names of their files, without reading these."""
    return sorted(path.stem for path in FRAMEWORKS.glob("*.yaml"))


@cache
def frameworks() -> Mapping[str, Framework]:
    """The frameworks that ship with the program, by id."""
    return kept_policy("frameworks", lambda: {f.id: f for f in map(read_framework, sorted(FRAMEWORKS.glob("*.yaml")))})
