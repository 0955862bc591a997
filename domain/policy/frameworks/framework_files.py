"""The frameworks by id: those that ship with the program, and those of the policy folders laid over them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_schema import read_framework
from domain.policy.policy_cache import kept_policy
from domain.policy.policy_folders import Source, looking_at, policy_files, source

DEFAULT_FRAMEWORK = "esi-2003"


def framework_names() -> list[str]:
    """The ids of the frameworks; of those that ship without reading their files."""
    return sorted(policy_files("frameworks"))


def frameworks() -> Mapping[str, Framework]:
    """The frameworks that ship with the program, with those of the policy folders laid over, by id. ``PolicyError``."""
    return _frameworks(source())


@cache
def _frameworks(over: Source) -> Mapping[str, Framework]:
    return kept_policy("frameworks", _read)


def _read() -> Mapping[str, Framework]:
    files = policy_files("frameworks")
    found = {name: replace(read_framework(path), laid_over=laid) for name, (path, laid) in files.items()}
    return {name: found[name] for name in sorted(found)}


def frameworks_over(over: Sequence[Path]) -> Mapping[str, Framework]:
    """The frameworks that ship, with those of these folders laid over, by id. ``PolicyError``."""
    with looking_at(over):
        return _read()
