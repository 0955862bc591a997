"""The tables of ``docs/settings.md``, made from the options of the commands and the list of settings.

``python -m tools.setting_tables`` writes them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from web.cli import COMMANDS, loaded, option_variables
from web.cli.settings import SETTINGS

DOCUMENT = Path(__file__).parents[1] / "docs" / "settings.md"

_PART = re.compile(r"(<!-- made from the code: (\w+) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def made(text: str) -> str:
    """The text of ``docs/settings.md`` with its tables as the code is now."""
    tables = {"settings": _settings, "options": _options}
    return _PART.sub(lambda found: found[1] + "".join(f"{row}\n" for row in tables[found[2]]()), text)


def _settings() -> Iterator[str]:
    yield from ("| variable | what it is |", "|---|---|")
    for setting in SETTINGS:
        yield f"| `{setting.name}` | {setting.words} |"


def _options() -> Iterator[str]:
    yield from ("| command | option | variable | takes |", "|---|---|---|---|")
    for name in sorted(COMMANDS):
        for path, option in option_variables.every(loaded(name), name):
            if not option.hidden:
                flag = max(option.opts, key=len)
                yield f"| {' '.join(path)} | `{flag}` | `{option.envvar}` | {_takes(option)} |"


def _takes(option: click.Option) -> str:
    if option.is_flag:
        return "1 or 0"
    if isinstance(option.type, click.Choice):
        return ", ".join(f"`{one}`" for one in option.type.choices) + (
            ", with spaces between" if option.multiple else ""
        )
    word = (option.metavar or option.type.name or "").replace("|", " or ")
    return f"{word}{', with spaces between' if option.multiple or option.nargs > 1 else ''}"


def main() -> None:
    DOCUMENT.write_text(made(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
