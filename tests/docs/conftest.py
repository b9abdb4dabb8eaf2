"""Fixtures for the documentation's tests: the site, built once, and pictures like those in the guides."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from driving.browsing import browsing

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the documentation strictly and return its folder, or use the one that `make docs` has just built."""
    if built := os.environ.get("SHUZI_SITE"):
        return Path(built)
    if not (ROOT / "web" / "node_modules" / "katex").is_dir():
        pytest.skip("KaTeX is not there: make docs brings it")
    target = tmp_path_factory.mktemp("site")
    surroundings = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    for command in (["tools/site/gather.py"], ["-m", "mkdocs", "build", "--strict", "--site-dir", str(target)]):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=surroundings, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="session")
def served_site(site):
    """Serve the documentation and return its address."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser():
    """Start Chromium; a process holds one."""
    with browsing() as started:
        yield started


@pytest.fixture
def desk(tmp_path, mnist, monkeypatch):
    """Change to a folder with the pictures that the guides mention, and return it."""

    def write(path, positions, before=20):
        """Write test digits in a row on paper, dark on light."""
        row = np.hstack([mnist.test.images[position] for position in positions])
        paper = 235 - np.pad(row, before).astype(float) * (190 / 255)
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(paper.astype(np.uint8)).resize((paper.shape[1] * 3, paper.shape[0] * 3)).save(path)

    write(tmp_path / "cheque.jpg", [0, 1, 2, 3])  # 7210
    write(tmp_path / "digit.png", [0])
    for name, positions in {"a": [0, 1, 2], "b": [3, 4], "c": [7, 8, 9]}.items():
        write(tmp_path / "scans" / f"{name}.png", positions)
    for position in range(60):
        write(tmp_path / "my-pictures" / f"{mnist.test.labels[position]}_{position}.png", [position])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def served():
    """Start the service on a free port and return its address."""
    command = [sys.executable, "-m", "shuzi", "serve", "--port", "0", "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "http://" in line:
                    yield "http://" + line.partition("http://")[2].split("/")[0]
                    break
            else:
                pytest.fail("".join(lines))
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def blocks():
    """Return a page's code blocks, each as language and text, without those marked as not to be run."""

    def read(page):
        text = re.sub(r"<!-- not run: [^>]*-->\n```.*?\n```", "", page.read_text("utf-8"), flags=re.DOTALL)
        return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)

    return read
