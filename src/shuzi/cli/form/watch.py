"""`shuzi form read --watch` tells what is read of the files in a folder, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.form.read import tell, tell_problem, tell_saved
from shuzi.cli.terminal import until_asked
from shuzi.messages import say
from shuzi.messages.visible import visible

if TYPE_CHECKING:
    from shuzi.forms.photographs import Way
    from shuzi.forms.result import PageRead, Problem
    from shuzi.forms.stack import Journal
    from shuzi.forms.watch import Event


def watch_folder(folder: Path, way: Way[Any, Any], journal: Journal, out: Sequence[Path], force: bool) -> bool:
    """Read files as they arrive in a folder until Ctrl-C or SIGTERM; tell whether everything could be read.

    Raises
    ------
    DataError
        The table cannot be written at the end.
    """
    from shuzi.forms.watch import Watch

    watch = Watch(folder, way, journal, out, force)
    with until_asked("cli.form.watch.ending") as asked:
        click.echo(say("cli.form.watch.ready", folder=folder), err=True)
        for event in watch.run(asked):
            _tell(event)
    found = watch.table
    if found.rows or found.problems:
        for event in watch.finish(found):
            _tell(event)
        tell(found)
    if watch.left:
        click.echo(say("cli.form.watch.left", names=_listed(watch.left)), err=True)
    else:
        journal.done()
    return not watch.left and not found.is_amiss


def _tell(event: Event) -> None:
    from shuzi.forms.watch import Failed, FileRead, Moved, Replaced

    if isinstance(event, FileRead):
        _tell_file(event.path, event.pages)
    elif isinstance(event, Failed):
        click.echo(say("cli.error", problem=event.problem), err=True)
    elif isinstance(event, Replaced):
        click.echo(say("cli.form.watch.replaced", names=_listed(event.names)), err=True)
    elif isinstance(event, Moved):
        click.echo(say("cli.form.watch.changed", path=event.path, beside=event.beside), err=True)
    else:
        tell_saved(event.path)


def _tell_file(path: Path, pages: Sequence[PageRead | Problem]) -> None:
    from shuzi.forms.result import Problem, Skipped

    for page in pages:
        if isinstance(page, Problem) and not isinstance(page, Skipped):
            tell_problem(page)
    read = [page for page in pages if not isinstance(page, Problem)]
    doubtful = sum(cell.doubtful for page in read for cell in page.cells.values())
    blank = sum(isinstance(page, Skipped) for page in pages)
    if read or blank:
        said = {"path": visible(str(path)), "n": len(read), "blank": blank, "doubtful": doubtful}
        click.echo(say("cli.form.watch.read", **said), err=True)


def _listed(names: Sequence[str]) -> str:
    return say("form.list").join(map(visible, names))
