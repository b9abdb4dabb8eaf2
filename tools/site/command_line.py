"""The click commands become a reference page in either language."""

from __future__ import annotations

import html
import sys
from collections.abc import Iterator

import click

from shuzi.cli import shuzi
from shuzi.cli.terminal import choose_language

TITLE = {"en": "Command line", "zh": "命令行"}
INTRODUCTION = {
    "en": "Written from the commands themselves: `shuzi COMMAND --help` says the same.",
    "zh": "由命令本身生成：`shuzi 命令 --help` 显示的就是这些。",
}
ARGUMENTS = {"en": "Argument or option", "zh": "参数或选项"}
MEANING = {"en": "What it means", "zh": "含义"}


def page(language: str) -> str:
    """Describe every command in Markdown; only once per process, since click caches its texts."""
    choose_language(["--lang", language])
    parts = [f"# {TITLE[language]}", INTRODUCTION[language]]
    for context in _contexts(click.Context(shuzi, info_name="shuzi")):
        parts += _command(context, language)
    return "\n\n".join(parts) + "\n"


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """Yield a command and all of its subcommands."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None and not command.hidden:
                yield from _contexts(type(context)(command, info_name=name, parent=context))


def _command(context: click.Context, language: str) -> Iterator[str]:
    pieces = " ".join(context.command.collect_usage_pieces(context))
    yield f"## {context.command_path} {{ #{context.command_path.replace(' ', '-')} }}"
    yield (context.command.help or "").strip()
    yield f"```text\n{context.command_path} {pieces}\n```"
    rows = [_row(parameter, context) for parameter in context.command.get_params(context)]
    table = [f"| <code>{_cell(term)}</code> | {_cell(meaning)} |" for term, meaning in filter(None, rows)]
    if table:
        yield "\n".join([f"| {ARGUMENTS[language]} | {MEANING[language]} |", "| --- | --- |", *table])


def _row(parameter: click.Parameter, context: click.Context) -> tuple[str, str] | None:
    """Return a parameter's syntax and meaning; None if help hides it."""
    if isinstance(parameter, click.Option):
        return parameter.get_help_record(context)
    return parameter.make_metavar(context), str(getattr(parameter, "help", "") or "")


def _cell(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=False).replace("|", "&#124;")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(page(sys.argv[1]))
