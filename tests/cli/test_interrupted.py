"""Ctrl-C while something is imported ends the command with 130 and without a traceback."""

import subprocess
import sys
import textwrap

import pytest
from PIL import Image

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another signal there")

PROGRAM = """
    import os, signal, sys
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it

    class Interrupts:
        def find_spec(self, name, *_):
            if name == module:
                try:
                    os.kill(os.getpid(), signal.SIGINT)
                except KeyboardInterrupt:
                    raise ImportError("initialization failed")  # as extension modules do

    sys.meta_path.insert(0, Interrupts())
    module = sys.argv.pop(1)
    from shuzi.__main__ import command
    command()
"""


@pytest.mark.parametrize("module", ["click", "onnxruntime", "shuzi.cli.read"])
def test_ctrl_c_during_an_import_ends_the_command(tmp_path, module):
    Image.new("L", (80, 60), 250).save(tmp_path / "blank.png")
    given = [sys.executable, "-c", textwrap.dedent(PROGRAM), module, "read", "blank.png"]
    ended = subprocess.run(given, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert (ended.returncode, ended.stdout) == (130, "")
    assert "Traceback" not in ended.stderr
