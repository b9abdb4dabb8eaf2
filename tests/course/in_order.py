"""Runs a lesson's code blocks in order, as a notebook does, and writes what each prints.

    python in_order.py < blocks.json

A block at a prompt (>>>) is run as a doctest and compared to the last digit; what is wrong comes back as printed.
"""

import contextlib
import doctest
import io
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "course"))
from lessons import Block, differs


class Exact(doctest.OutputChecker):
    def check_output(self, want, got, optionflags):  # noqa: ARG002
        return not differs(got, Block("text", want, "exactly"))


def answer(text, names):
    """Run a block at a prompt, and print the answers that differ from the text."""
    test = doctest.DocTestParser().get_doctest(text, names, "worked", None, 0)
    test.globs = names
    doctest.DocTestRunner(checker=Exact(), verbose=False).run(test, clear_globs=False)


def run(blocks):
    names, printed = {"__name__": "__main__"}, []
    for place, text in enumerate(blocks):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            if text.startswith(">>>"):
                answer(text, names)
            else:
                exec(compile(text, f"block {place}", "exec"), names)  # noqa: S102 - the lesson's own code
        printed.append(said.getvalue())
    return printed


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")
    json.dump(run(json.load(sys.stdin)), sys.stdout)
