"""Start a module of shuzi as a process that ends with this one; nothing else in shuzi starts processes."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from shuzi.errors import ShuziError

_NEEDED = (  # variables of the environment passed to an untrusted child; the rest may contain secrets
    *("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"),
)

Process = subprocess.Popen[bytes]
LoopProcess = asyncio.subprocess.Process
Owner = TypeVar("Owner")

_Action = Callable[[Any], object]
_owners: weakref.WeakKeyDictionary[Any, tuple[_Action, _Action]] = weakref.WeakKeyDictionary()


def can_start() -> bool:
    """Tell whether this is an ordinary Python that can start another, not a program that embeds Python."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def start(module: str, environment: Mapping[str, str], errors: bool, arguments: tuple[str, ...] = ()) -> Process:
    """Start a module as a program with pipes for stdin and stdout.

    It is a separate program rather than a `multiprocessing` child, so scripts need no ``if __name__ == "__main__"``,
    and nothing is imported from the working folder. Ctrl-C does not reach it: on POSIX it leads its own session, on
    Windows its own group of processes.

    Parameters
    ----------
    module
        The module to run.
    environment
        All of its environment variables.
    errors
        Whether stderr is a pipe too; if not, it is this process's stderr.
    arguments
        The module's command line arguments.

    Raises
    ------
    ShuziError
        No process can be started here.
    """
    if not can_start():
        raise ShuziError("error.processes.python")
    # bufsize=0, because a process forked while a thread reads would wait for a buffer's lock
    try:
        return subprocess.Popen(  # noqa: S603 - a module of shuzi
            [*_command(module), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if errors else None,
            bufsize=0,
            env=environment,
            **_apart(),
        )
    except OSError as problem:
        raise ShuziError("error.processes.start", reason=problem.strerror or problem) from problem


async def start_for_loop(
    module: str, arguments: tuple[str, ...], environment: Mapping[str, str], longest: int
) -> LoopProcess:
    """Start a module like `start`, for an event loop that reads the lines it writes.

    Parameters
    ----------
    module, arguments
        The module to run, and its command line arguments.
    environment
        Environment variables to add to those of this process.
    longest
        The maximum length of a line in bytes.
    """
    return await asyncio.create_subprocess_exec(
        *_command(module),
        *arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        limit=longest,
        env=os.environ | environment,
        **_apart(),
    )


def untrusted() -> dict[str, str]:
    """Return the environment of a child that may be taken over by what it reads: no secrets, one core."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in _NEEDED}
    alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    return kept | alone | {"PYTHONPATH": _paths(), "PYTHONUTF8": "1"}


def trusted() -> dict[str, str]:
    """Return the environment of a child that does this process's own work: all of it, and the same import path."""
    return os.environ | {"PYTHONPATH": _paths()}


def kill(process: Process | LoopProcess) -> None:
    """End a process, and on POSIX everything it started, if it has not been waited for yet."""
    if process.returncode is not None:  # by now its id may belong to a different process
        return
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _command(module: str) -> list[str]:
    return [sys.executable, "-P", "-m", module]


def _apart() -> dict[str, Any]:
    """Return the Popen options that keep a terminal's Ctrl-C from a child; Windows ignores `start_new_session`."""
    apart: dict[str, Any]
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:
        apart = {"start_new_session": True}
    return apart


def _paths() -> str:
    return os.pathsep.join(os.path.abspath(path) for path in sys.path if path)  # noqa: PTH100 - of text


def end_with_this_process(owner: Owner, end: Callable[[Owner], object], forget: Callable[[Owner], object]) -> None:
    """Register an object's processes to be ended when this one exits, and forgotten in its forks.

    Parameters
    ----------
    owner
        The object, which may be collected earlier.
    end
        Called with it when Python exits.
    forget
        Called with it in each fork of this process: the processes belong to the parent.
    """
    _owners[owner] = end, forget


def _end_all() -> None:
    for owner, (end, _) in list(_owners.items()):
        end(owner)


def _forget_all() -> None:
    for owner, (_, forget) in list(_owners.items()):
        forget(owner)


atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
