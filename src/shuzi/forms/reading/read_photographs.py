"""Photographs become pages, read by several processes, so that one that ends its process costs no other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from queue import SimpleQueue
from typing import Generic, TypeVar

from shuzi.errors import PictureError, ShuziError
from shuzi.forms.result import Problem, Table
from shuzi.messages import language, speaking
from shuzi.pictures.open import Picture
from shuzi.processes.cores import cores
from shuzi.processes.launch import can_start
from shuzi.processes.pool import Pool
from shuzi.processes.pool_task import Crashed, Task, Unreadable
from shuzi.reading.parallel.calls import estimate_size, use_one_core

R = TypeVar("R")
P = TypeVar("P")

Named = Sequence[tuple[str, Picture | ShuziError]]
"""Photographs with their names, as `shuzi.forms.collect.photos_in` returns them."""

ReadOne = Callable[[R, Picture | ShuziError, str], P | Problem]
"""Reads one photograph with a reader, by its name; a function of a module."""

_A_FEW = 4  # photographs: so many are read while a process starts
_ON_THE_WAY = 2  # photographs to a process, which thus never waits for the next one


@dataclass(frozen=True)
class Way(Generic[R, P]):
    """How photographs become a table.

    Parameters
    ----------
    read_one, reader
        As for `read_photographs`.
    join
        Puts pages together.
    """

    read_one: ReadOne[R, P]
    reader: R
    join: Callable[[Iterable[P | Problem]], Table]

    def read(self, named: Named) -> Generator[tuple[int, P | Problem], None, None]:
        """Read photographs as `read_photographs` does."""
        return read_photographs(self.read_one, self.reader, named)


def read_photographs(
    read_one: ReadOne[R, P], reader: R, named: Named
) -> Generator[tuple[int, P | Problem], None, None]:
    """Read photographs: a single one here, several in other processes, of which there are at most one per core.

    Parameters
    ----------
    read_one
        Reads a photograph.
    reader
        What it reads with; can be pickled.
    named
        The photographs.

    Yields
    ------
    The index of a photograph, and what was read, as soon as it is; so not in their order. One that ends its
    process, and that of a second attempt, is a Problem.
    """
    if len(named) == 1 or not can_start():
        yield from ((index, read_one(reader, picture, name)) for index, (name, picture) in enumerate(named))
        return
    pool = Pool(min(cores(), -(-len(named) // _A_FEW)), _ON_THE_WAY, use_one_core)
    done: SimpleQueue[Task] = SimpleQueue()
    try:
        shared = pool.share(reader)
        indices = {
            pool.submit(
                *(_read, read_one, name, picture, language()),
                shared=shared,
                size=0 if isinstance(picture, ShuziError) else estimate_size(picture),
                then=done.put,
            ): index
            for index, (name, picture) in enumerate(named)
        }
        for _ in named:
            task = done.get()
            index = indices[task]
            yield index, _outcome(task, read_one, reader, *named[index])
    finally:
        pool.close()


def in_order(read: Iterable[tuple[int, P]]) -> list[P]:
    """Return pages in the order of their photographs.

    >>> in_order([(1, "b"), (0, "a")])
    ['a', 'b']
    """
    return [page for _, page in sorted(read, key=itemgetter(0))]


def _read(reader: R, read_one: ReadOne[R, P], name: str, picture: Picture | ShuziError, spoken: str) -> P | Problem:
    """Read a photograph; in another process."""
    with speaking(spoken):
        return read_one(reader, picture, name)


def _outcome(task: Task, read_one: ReadOne[R, P], reader: R, name: str, picture: Picture | ShuziError) -> P | Problem:
    if isinstance(task.problem, Crashed):
        return Problem(name, str(PictureError("error.reading.crashed", path=name)))
    if isinstance(task.problem, Unreadable | ShuziError):  # nobody else can read it, or could be started
        return read_one(reader, picture, name)
    if task.problem is not None:
        raise task.problem
    page: P | Problem = task.value
    return page
