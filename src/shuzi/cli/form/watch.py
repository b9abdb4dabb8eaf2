"""`shuzi form read --watch` reads the files that a scanner or a phone puts into a folder, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.form.saving import is_amiss, is_empty, save_all, tell, tell_problem
from shuzi.cli.terminal import until_asked
from shuzi.messages import say
from shuzi.messages.visible import visible

if TYPE_CHECKING:
    from shuzi.forms.photographs import Way
    from shuzi.forms.stack import Journal, Pile

_EVERY = 0.5  # seconds between checks of the folder
_SELDOM = 10  # times the duration of writing the table, which may be large, before it is written again


def watch_folder(folder: Path, way: Way[Any, Any], journal: Journal, out: Sequence[Path], force: bool) -> bool:
    """Read files as they arrive in a folder, and write the table whenever none is left, until Ctrl-C or SIGTERM.

    Parameters
    ----------
    folder
        The folder.
    way
        How a photograph is read.
    journal
        Keeps the results; removed at the end if everything was read.
    out
        Where the table goes. If somebody else changes the file meanwhile, it is kept, and another is written.
    force
        Whether to replace existing files.

    Returns
    -------
    Whether everything could be read.

    Raises
    ------
    DataError
        The table cannot be written at the end.
    """
    from shuzi.forms.stack import Pile
    from shuzi.pictures.arrivals import Arrivals, state_of

    arrivals, pile, table = Arrivals(folder), Pile(journal), _Table(out, journal, force)
    with until_asked("cli.form.watch.ending") as asked:
        click.echo(say("cli.form.watch.ready", folder=folder), err=True)
        told = 0
        while not asked:
            pile.note_gone()
            ready = arrivals.look(monotonic())
            for problem in arrivals.unreadable[told:]:
                click.echo(say("cli.error", problem=problem), err=True)
            told = len(arrivals.unreadable)
            if ready:
                _read(ready, way, pile, asked)
                table.is_new = True
            else:
                table.write_now_and_then(way, pile)
                sleep(_EVERY)
    found = way.join(pile.pages())
    if found.rows or found.problems:
        for target in table.free():
            save_all(found, [target])
            journal.keep_state(target, state_of(target))
        tell(found)
    if left := [*pile.left, *map(str, arrivals.waiting)]:
        names = say("form.list").join(map(visible, left))
        click.echo(say("cli.form.watch.left", names=names), err=True)
    else:
        journal.done()
    return not left and not is_amiss(found)


def _read(ready: Sequence[Path], way: Way[Any, Any], pile: Pile, asked: list[bool]) -> None:
    """Read files that are ready, and report on each as soon as all of its pages are read."""
    left = pile.unread(ready)
    ready = [*left]
    if pile.replaced:
        names = say("form.list").join(map(visible, pile.replaced))
        click.echo(say("cli.form.watch.replaced", names=names), err=True)
    owners = [path for path in ready for _ in left[path]]
    named = [entry for path in ready for entry in left[path]]
    for path in ready:
        if not left[path]:
            _tell_file(path, pile)
    if not named:
        return
    with closing(way.read(named)) as pages:
        for index, page in pages:
            path, (name, picture) = owners[index], named[index]
            pile.put(path, name, picture, page)
            left[path].remove((name, picture))
            if not left[path]:
                _tell_file(path, pile)
            if asked:
                return


def _tell_file(path: Path, pile: Pile) -> None:
    from shuzi.forms.result import Problem, Skipped

    pages = pile.of(path)
    for page in pages:
        if isinstance(page, Problem) and not isinstance(page, Skipped):
            tell_problem(page)
    read = [page for page in pages if not isinstance(page, Problem)]
    doubtful = sum(cell.doubtful for page in read for cell in page.cells.values())
    blank = sum(isinstance(page, Skipped) for page in pages)
    if read or blank:
        said = {"path": visible(str(path)), "n": len(read), "blank": blank, "doubtful": doubtful}
        click.echo(say("cli.form.watch.read", **said), err=True)


class _Table:
    """Writes the table while more files arrive, but never over changes by others."""

    def __init__(self, out: Sequence[Path], journal: Journal, force: bool) -> None:
        self.is_new = False
        self._out = [*out]
        self._journal = journal
        # an existing table may have been corrected since it was written
        self._written = {target: journal.state_of(target) for target in out if target.exists() and not force}
        self._next = 0.0
        self._failed = False

    def write_now_and_then(self, way: Way[Any, Any], pile: Pile) -> None:
        """Write new results, unless the last write was recent; a table that cannot be written now waits."""
        from shuzi.errors import DataError
        from shuzi.forms.output import save_table
        from shuzi.pictures.arrivals import state_of

        start = monotonic()
        if not self.is_new or start < self._next:
            return
        found = way.join(pile.pages())
        try:
            for target in () if is_empty(found) else self.free():
                save_table(found, target)
                self._written[target] = state_of(target)
                self._journal.keep_state(target, self._written[target])
            self.is_new = self._failed = False
        except DataError as problem:  # a spreadsheet program may hold it open
            if not self._failed:
                click.echo(say("cli.error", problem=problem), err=True)
            self._failed = True
        self._next = monotonic() + _SELDOM * max(monotonic() - start, _EVERY)

    def free(self) -> list[Path]:
        """Return the paths to write: a new path for each file changed by others."""
        from shuzi.pictures.arrivals import state_of

        for index, target in enumerate(self._out):
            state = state_of(target)
            if state is not None and state != self._written.get(target, state):
                self._out[index] = _beside(target)
                click.echo(say("cli.form.watch.changed", path=target, beside=self._out[index]), err=True)
        return self._out


def _beside(target: Path) -> Path:
    number = 2
    while (path := target.with_stem(f"{target.stem}-{number}")).exists():
        number += 1
    return path
