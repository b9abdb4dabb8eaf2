"""Ctrl-C while something is imported ends the command with 130 and without a traceback."""

import csv
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PIL import Image

from shuzi.atomic import is_part

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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("name", "saved"), [("read.csv", "read.partial-2.csv"), ("new.csv", "new.csv")], ids=["old", "new"]
)
def test_what_was_read_before_the_command_is_stopped_is_kept(tmp_path, start, how, name, saved):
    Image.new("L", (80, 60), 250).save(tmp_path / "1.png")
    os.mkfifo(tmp_path / "2.png")
    earlier = [tmp_path / "read.csv", tmp_path / "read.partial.csv"]
    for path in earlier:
        path.write_text("old", "utf-8")
    begin = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import runpy; "
    program = ("-c", begin + "runpy.run_module('shuzi', run_name='__main__')")
    process = start("read", "1.png", "2.png", "1.png", "--out", name, program=program)
    with (tmp_path / "2.png").open("wb"):  # from then on it waits for the second picture
        process.send_signal(how)
        _, err = process.communicate()
    assert process.returncode == 130
    assert f"Saved in {saved}: 1 of 3 read." in err
    assert [path.read_text("utf-8") for path in earlier] == ["old", "old"]
    with Path(tmp_path, saved).open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file)
    assert [row[:3] for row in rows] == [["1.png", "", "blank"]]
    assert not [path for path in tmp_path.rglob("*") if is_part(path)]
