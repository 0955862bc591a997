"""A command that goes on for good: before it begins, its options and the environment are checked, and all that is wrong is said."""

from collections.abc import Iterator
from typing import Any

import click
from click.parser import _OptionParser

from web.cli.option_variables import options_of
from web.site import service_log


class CheckedCommand(click.Command):
    """As click's, which stops at the first fault."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing and not _asks_for_help(self, ctx, args):
            self._check(ctx, list(args))
        return super().parse_args(ctx, args)

    def _check(self, ctx: click.Context, args: list[str]) -> None:
        from web.cli import setting_checks, settings

        parser: _OptionParser = self.make_parser(ctx)
        given, _, _ = parser.parse_args(args=args)
        found = [*self._faults(ctx, given), *setting_checks.faults()]
        own = [str(option.envvar) for option in options_of(self)]
        others = getattr(ctx.parent and ctx.parent.command, "commands", {})
        misspelt = list(settings.misspelt(own, others))
        if found:
            found += misspelt
            several = [f"{len(found)} settings are wrong:", *(f"* {one}" for one in found)]
            raise click.UsageError(found[0] if len(found) == 1 else "\n".join(several), ctx)
        for words in misspelt:
            service_log.say(words, warns=True)

    def _faults(self, ctx: click.Context, given: dict[str, Any]) -> Iterator[str]:
        for param in self.get_params(ctx):
            if param.is_eager:
                continue
            try:
                value, _ = param.consume_value(ctx, given)
                param.process_value(ctx, value)
            except click.BadParameter as error:
                named = max(param.opts, key=len)
                variable = f" ({param.envvar})" if isinstance(param.envvar, str) else ""
                yield f"{named}{variable}: {error.message}"


def _asks_for_help(command: click.Command, ctx: click.Context, args: list[str]) -> bool:
    return any(name in args for name in command.get_help_option_names(ctx))
