"""The page's types match the service's responses."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "web" / "shapes.py"


@pytest.mark.skipif(not SCRIPT.exists(), reason="only a checkout and a source distribution hold the page's sources")
def test_the_types_of_the_page_are_what_the_service_says():
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
