"""The command `shuzi`, and `python -m shuzi`: Ctrl-C ends it with 130 from the very first import on."""

import os
import signal

_INTERRUPTED = 130


class _Interrupts:
    """Handles Ctrl-C as Python does, and records it: an import may lose it or turn it into another error."""

    came = False
    begun = False

    def __call__(self, *_: object) -> None:
        self.came = True
        if not self.begun:
            os._exit(_INTERRUPTED)  # there is nothing to clean up yet
        raise KeyboardInterrupt


def command() -> None:
    """Run the command that the arguments name, and exit."""
    interrupts = _Interrupts()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # otherwise the caller has decided
        signal.signal(signal.SIGINT, interrupts)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look for some in all that is installed
    from shuzi.cli import main

    try:
        interrupts.begun = True
        main()
    except BaseException as problem:
        if not interrupts.came:
            raise
        raise SystemExit(_INTERRUPTED) from problem


if __name__ == "__main__":
    command()
