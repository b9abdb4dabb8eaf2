"""Write a table to files, and a summary to the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.messages import say
from shuzi.messages.visible import visible

if TYPE_CHECKING:
    from shuzi.forms.result import Problem, Table


def is_empty(table: Table) -> bool:
    """Tell whether nothing was read: an empty table would block the next one."""
    return bool(table.problems) and not table.rows


def is_amiss(table: Table) -> bool:
    """Tell whether anything could not be read; skipped blank pages do not count."""
    from shuzi.forms.result import Skipped

    return is_empty(table) or any(not isinstance(problem, Skipped) for problem in table.problems)


def save_all(table: Table, out: Iterable[Path]) -> None:
    """Write a table to files, unless nothing was read, and say so."""
    from shuzi.forms.output import save_table

    for target in () if is_empty(table) else out:
        save_table(table, target)
        click.echo(say("form.saved", path=target), err=True)


def tell(table: Table) -> None:
    """Report what could not be read, and how many cells to check."""
    from shuzi.forms.ruled_tables import LINES

    for problem in table.problems:
        tell_problem(problem)
    if any(cell.rule == LINES for row in table.rows for cell in row.cells.values()):
        click.echo(say("cli.form.read.uncertain"), err=True)
    if not is_empty(table):
        click.echo(say("form.summary", n=len(table.rows), doubtful=table.doubtful), err=True)


def tell_problem(problem: Problem) -> None:
    """Report the problem of a photograph, or the skipped pages."""
    from shuzi.forms.result import Skipped

    about = f"{visible(problem.source)}: " if problem.source and problem.source not in problem.message else ""
    said = about + problem.message
    click.echo(said if isinstance(problem, Skipped) else say("cli.error", problem=said), err=True)
