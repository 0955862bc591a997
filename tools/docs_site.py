"""The documents as a site: what ``make docs`` gives MkDocs beside the files of ``docs/``.

The reference pages are made from the program: its commands, the operations of its API, the clauses of the national standards and
the measures of the reports. ``CONTRIBUTING.md``, ``SECURITY.md`` and other files of the checkout that documents link to become
pages or files of the site, so that every link is one within it. Nothing is fetched, neither to build it nor to read it.
"""

import inspect
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from domain.policy.cited_documents import MARKS, SURE
from domain.policy.clauses import Clause
from domain.policy.measures.measure_files import reports
from domain.policy.standards.edition import Edition
from domain.policy.standards.edition_files import national_standards
from web.api.api_docs_page import DOCUMENT
from web.app import create_app
from web.cli import COMMANDS, loaded
from web.reports.measure_phrases import definition

ROOT = Path(__file__).parents[1]

OF_THE_CHECKOUT = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
"""Pages of the site that stand outside ``docs/``."""

SHIM = "https://unpkg.com/iframe-worker/shim"
"""What the theme would fetch so that a site opened as files can be searched. It lies beside this module."""

_UPWARDS = re.compile(r"\]\(((?:\.\./)+)([^)#\s]+)(#[^)\s]*)?\)")
"""A link that may leave ``docs/``: it does where it goes up further than its page lies deep."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and the files outside ``docs/`` that pages link to."""
    for address, made in PAGES.items():
        files.append(File.generated(config, address, content=made()))
    files.append(
        File.generated(
            config, "assets/shim.js", content=(ROOT / "tools/docs_assets/iframe-worker-1.0.4/shim.js").read_bytes()
        )
    )
    for name in sorted({*OF_THE_CHECKOUT, *_linked(files)}):
        files.append(File.generated(config, _address(name), content=(ROOT / name).read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links that leave ``docs/`` to where their file stands on the site; in those of the checkout, links into ``docs/``."""
    up = "../" * page.file.src_uri.count("/")
    if page.file.src_uri.startswith("checkout/"):
        return re.sub(r"\]\(docs/", f"]({up}", markdown)
    return _UPWARDS.sub(
        lambda found: f"]({up}{_address(found[2])}{found[3] or ''})" if _leaves(found, page.file) else found[0],
        markdown,
    )


def _leaves(link: re.Match[str], file: File) -> bool:
    return link[1].count("../") > file.src_uri.count("/")


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Take the script that searches files from the site itself."""
    return output.replace(SHIM, "../" * page.file.dest_uri.count("/") + "assets/shim.js")


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """The same on the page that says that there is none."""
    return output.replace(SHIM, "assets/shim.js")


def _linked(files: Files) -> set[str]:
    """The files of the checkout, outside ``docs/``, that the documents link to."""
    found = set[str]()
    for file in files.documentation_pages():
        found.update(link[2] for link in _UPWARDS.finditer(file.content_string) if _leaves(link, file))
    return found


def _address(name: str) -> str:
    return f"checkout/{name}"


def commands() -> str:
    """Every command, its options, their defaults and their environment variables."""
    lines = ["# Commands", "", "Made from the program. `caseaudit COMMAND --help` says the same.", ""]
    for name in sorted(COMMANDS):
        lines += _command(f"caseaudit {name}", loaded(name), 2)
    return "\n".join(lines) + "\n"


def _command(name: str, command: click.Command, depth: int) -> Iterator[str]:
    context = click.Context(command, info_name=name, auto_envvar_prefix=None)
    yield from (f"{'#' * depth} {name}", "", inspect.cleandoc(command.help or "").replace("\b\n", ""), "")
    yield from ("    " + " ".join((name, *command.collect_usage_pieces(context))), "")
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if options:
        yield from ("| option | what it says |", "|---|---|")
        yield from (_option(one, context) for one in options)
        yield ""
    if isinstance(command, click.Group):
        for part in command.list_commands(context):
            found = command.get_command(context, part)
            if found is not None:
                yield from _command(f"{name} {part}", found, depth + 1)


def _option(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    names, words = record if record else (", ".join(option.opts), option.help or "")
    return f"| `{_cell(names)}` | {_cell(words)} |"


def clauses() -> str:
    """Every edition of the national standards, with what it lays, by what paragraph, and how sure that is."""
    marks = "; ".join(f"**{mark}** {SURE[name]}" for name, mark in MARKS.items()) if isinstance(SURE, Mapping) else ""
    lines = ["# Clauses of the national standards", "", "Made from the data by which the program works.", "", marks, ""]
    for edition in national_standards().editions:
        lines += _edition(edition)
    return "\n".join(lines) + "\n"


def _edition(edition: Edition) -> Iterator[str]:
    yield from (f"## {edition.title}", "", f"`{edition.id}`, from {edition.start}. {edition.cite}.", "")
    yield from ("| clause | what it says | values and where they stand |", "|---|---|---|")
    yield from (_clause(clause) for clause in edition.clauses)
    yield ""
    for reason in ("no value", "professional judgement"):
        rows = list(edition.left_out(reason))
        if rows:
            yield from (f"Not laid ({reason}):", "")
            yield from (f"* {row.about}: {row.why}. {row.citation}" for row in rows)
            yield ""


def _clause(clause: Clause) -> str:
    values = "<br>".join(f"{value.text} ({MARKS[value.sure]}) {value.citation}" for value in clause.values)
    return f"| `{clause.id}` | {_cell(clause.says)} | {_cell(values)} |"


def measures() -> str:
    """Every measure and report, with what each counts."""
    lines = ["# Measures and reports", "", "Made from the data by which the program counts.", "", "## Measures", ""]
    for one in reports().measures.values():
        by = (
            f"Clauses: {', '.join(f'`{clause}`' for clause in one.clauses)}."
            if one.clauses
            else f"Question {one.question}."
        )
        lines += [
            f"### {one.title}", "", f"`{one.id}`, in {one.unit}. {definition(one)}", "", f"* Numerator: {one.numerator}",
            f"* Denominator: {one.denominator}", f"* {by}", f"* {one.citation or one.cite} ({MARKS[one.sure]})", "",
        ]  # fmt: skip
    lines += ["## Reports", "", "| report | what it answers | measures |", "|---|---|---|"]
    for report in reports().reports.values():
        names = ", ".join(f"`{one.id}`" for one in report.measures)
        lines.append(f"| `{report.id}`: {_cell(report.title)} | {_cell(report.says)} | {names} |")
    return "\n".join(lines) + "\n"


def api() -> str:
    """Every operation of the API, from the description that the program itself serves."""
    spec = _spec()
    lines = ["# Operations of the API", "", "Made from the program's own OpenAPI document, `/api/v1/openapi.json`.", ""]
    by_tag: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                by_tag.setdefault((operation.get("tags") or ["api"])[0], []).append((method.upper(), path, operation))
    for tag, operations in by_tag.items():
        lines += [f"## {tag[:1].upper()}{tag[1:]}", ""]
        for method, path, operation in operations:
            lines += _operation(method, path, operation, spec)
    return "\n".join(lines) + "\n"


def _spec() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(f"{folder}/docs.sqlite")
        spec: dict[str, Any] = app.extensions[DOCUMENT]()
    return spec


def _operation(method: str, path: str, operation: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### `{method} {path}`", "")
    named = f" (`{operation['operationId']}`)" if "operationId" in operation else ""
    yield from (f"{operation.get('summary', '')}{named}", "")
    if operation.get("description"):
        yield from (operation["description"], "")
    parameters = [_resolved(one, spec) for one in operation.get("parameters", ())]
    if parameters:
        yield from ("| parameter | in | what it says |", "|---|---|---|")
        for one in parameters:
            yield f"| `{one['name']}` | {one['in']} | {_cell(one.get('description', ''))} |"
        yield ""


def _resolved(one: Mapping[str, Any], spec: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in one:
        return one
    found: Any = spec
    for part in one["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/api.md": api,
    "reference/clauses.md": clauses,
    "reference/measures.md": measures,
}
"""Address of a page -> what makes it."""
