"""The types and constants that the page shares with Python are Python's."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "web" / "generate.py"


@pytest.mark.skipif(not SCRIPT.exists(), reason="only a checkout and a source distribution hold the page's sources")
def test_what_the_page_has_generated_is_what_python_says():
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
