"""Jobs from any thread go to a few child processes, which are started and replaced as needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from shuzi.processes.child import Cancelled, Child, Ended
from shuzi.processes.cores import cores
from shuzi.processes.job_limits import Limits
from shuzi.processes.launch import end_with_this_process
from shuzi.processes.pipes import Bytes, Header

JOBS = 500
"""Jobs after which a child is replaced, in case a decoder leaks."""


class Children:
    """Child processes that run the same module: one per concurrent thread, at most one per core.

    Parameters
    ----------
    module
        The module they run, which calls `serving.serve`.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._reset()
        end_with_this_process(self, Children.cancel, Children._forget)

    def _reset(self) -> None:
        self._changed = Condition()
        self._idle: list[Child] = []
        self._working: set[Child] = set()
        self._starting = 0
        self._alone = False

    @property
    def pids(self) -> list[int]:
        """The ids of the current processes."""
        with self._changed:
            return [child.pid for child in (*self._idle, *self._working)]

    def ask(
        self, header: Header, body: Bytes, most: int, limits: Limits, alone: bool = False
    ) -> tuple[Header, bytearray]:
        """Give a child a job, like `Child.ask`; waiting for a free child does not count as time.

        Parameters
        ----------
        header, body, most, limits
            As for `Child.ask`.
        alone
            Do not run it at the same time as another job with this flag.

        Raises
        ------
        Ended
            There was no answer; the next job goes to another child.
        ShuziError
            No process can be started here.
        """
        with self._turn(alone):
            while True:
                with self._borrowed() as child:
                    used = child.jobs > 0
                    try:
                        return child.ask(header, body, most, limits)
                    except Ended as problem:
                        # it may have ended between jobs, which the system can report a moment too late; a job
                        # that crashes children crashes a new one too
                        if not used or type(problem) is not Ended:
                            raise

    def cancel(self) -> None:
        """End all children at once. Callers waiting for an answer get `Cancelled`; later jobs start new children."""
        with self._changed:
            for child in self._idle:
                child.close()
            self._idle.clear()
            for child in self._working:
                child.end(Cancelled)

    @contextmanager
    def _turn(self, alone: bool) -> Iterator[None]:
        if not alone:
            yield
            return
        changed = self._changed  # a fork replaces it
        with changed:
            while self._alone:
                changed.wait()
            self._alone = True
        try:
            yield
        finally:
            with changed:
                self._alone = False
                changed.notify_all()

    @contextmanager
    def _borrowed(self) -> Iterator[Child]:
        child = self._take()
        try:
            yield child
        finally:
            self._give_back(child)

    def _take(self) -> Child:
        with self._changed:
            most = cores()
            while not self._idle and len(self._working) + self._starting >= most:
                self._changed.wait()
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    self._working.add(child)
                    return child
                child.close()
            self._starting += 1
        try:
            child = Child(self._module)
        except BaseException:
            with self._changed:
                self._starting -= 1
                self._changed.notify_all()
            raise
        with self._changed:
            self._starting -= 1
            self._working.add(child)
        return child

    def _give_back(self, child: Child) -> None:
        keep = child.alive and child.jobs < JOBS
        if not keep:
            child.close()
        with self._changed:
            self._working.discard(child)
            if keep:
                self._idle.append(child)
            self._changed.notify_all()

    def _forget(self) -> None:
        """Leave the children to the parent of this fork: two writers to one pipe would mix up their jobs."""
        for child in (*self._idle, *self._working):
            child.forget()
        self._reset()
