"""The npm package, packed and installed as a stranger would, reads what Python reads: in Node.js and in Chromium."""

import base64
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import shuzi
from driving.browsing import watched_pages
from driving.serving import ROOT, WEB, build_npm
from shuzi.messages import speaking

CLIENTS = Path(__file__).parent / "npm"
FIXTURES = ROOT / "tests" / "fixtures" / "reading"
NAMES = ("attached", "beside-letters", "blank", "comma-below", "composed-03")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FIXTURES.exists(), reason="a source distribution has no fixtures"),
]


@pytest.fixture(scope="module")
def packed():
    return build_npm()


@pytest.fixture(scope="module")
def project(packed, tmp_path_factory):
    """Make an empty project with the package, without a network."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    run(folder, "npm", "install", "--offline", "--no-audit", "--no-fund", packed)
    for client in CLIENTS.iterdir():
        shutil.copy(client, folder)
    return folder


def run(folder, *command):
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", env=os.environ | {"NO_COLOR": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_small_and_depends_on_nothing(project, packed):
    described = json.loads((project / "node_modules" / "shuzi" / "package.json").read_text("utf-8"))
    assert packed.name == f"shuzi-{described['version']}.tgz"
    assert described["version"].startswith(re.match(r"\d+\.\d+\.\d+", shuzi.__version__)[0])
    assert not {"dependencies", "peerDependencies", "optionalDependencies", "scripts"} & set(described)
    assert {path.name for path in (project / "node_modules").iterdir() if path.name[0] != "."} == {"shuzi"}


def pictures():
    """Return fixtures as grey, RGB, half transparent and in white ink: arrays that Python reads as they are."""
    found = []
    for name in NAMES:
        grey = np.asarray(Image.open(FIXTURES / f"{name}.picture.png"))
        tinted = np.stack([grey, np.minimum(grey, 250), np.maximum(grey, 20)], axis=-1)
        faint = np.dstack([tinted, np.tile(np.linspace(200, 255, grey.shape[1]).astype(np.uint8), (len(grey), 1))])
        white = np.dstack([np.full_like(tinted, 250), 255 - grey])
        found += [grey, tinted, faint, white]
    return found


def test_in_node_it_reads_what_python_reads(project):
    arrays, reader = pictures(), shuzi.load()
    lines = [
        {"width": array.shape[1], "height": array.shape[0], "data": base64.b64encode(array.tobytes()).decode()}
        for array in arrays
    ]
    (project / "pictures.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    said = run(project, "node", "read.mjs", "pictures.jsonl").splitlines()
    assert len(said) == len(arrays)
    for array, line in zip(arrays, said, strict=True):
        wanted, found = reader.read(array), json.loads(line)
        for language, reading in zip(("en", "zh"), found, strict=True):
            with speaking(language):
                fields = wanted.as_dict()
            exact = ("text", "digits_text", "status", "message")
            assert {name: reading[name] for name in exact} == {name: fields[name] for name in exact}
            assert reading["confidence"] == pytest.approx(fields["confidence"], abs=0.05)  # half precision
            assert {*reading} == {*fields, "size"}
            assert reading["size"] == [array.shape[1], array.shape[0]]
            for mine, theirs in zip(reading["digits"], fields["digits"], strict=True):
                assert mine["box"] == pytest.approx(theirs["box"], abs=1)
                assert {*mine} == {*theirs}


def test_what_goes_wrong_has_a_name_and_a_sentence(project):
    for line in run(project, "node", "errors.mjs").splitlines():
        name, here, there = json.loads(line)
        assert here is not None, name
        assert here == there
        assert here[0] != "?"
        assert "{" not in here[2].replace("{ width, height, data }", "").replace("{ models: … }", ""), here


def test_a_strict_client_compiles_with_and_without_the_types_of_a_browser(project):
    tsc = WEB / "node_modules" / ".bin" / "tsc"
    strict = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext", "--types", "", "client.ts"]
    for library in ("es2023,dom", "es2023"):
        told = run(project, "node", tsc, *strict, "--lib", library)
        assert told == ""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(project):
    """Serve the project's folder, as any web server would."""
    lying = Image.open(FIXTURES / "composed-03.picture.png").rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise
    lying.convert("RGB").save(project / "number.jpg", quality=95, exif=exif)
    (example,) = re.findall(r"```html\n(.*?)```", (WEB / "package" / "README.md").read_text("utf-8"), re.DOTALL)
    (project / "example.html").write_text(f'<!doctype html><meta charset="utf-8">{example}', "utf-8")
    (project / "favicon.ico").touch()  # browsers ask for it
    handler = functools.partial(Quiet, directory=project)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def open_site(browser, site):
    with watched_pages(browser, site) as open_page:
        yield open_page


def test_in_a_browser_every_kind_of_picture_is_read(open_site, project):
    page = open_site("pictures.html")
    page.wait_for_function("() => window.read")
    found = page.evaluate("() => window.read()")
    wanted = shuzi.load().read(project / "number.jpg")
    refused = [reading for reading in found["said"] if reading["kind"] == "refused"]
    assert [reading["text"] for reading in refused] == 2 * ["PictureError picture.file"]
    read = [reading for reading in found["said"] if reading["kind"] != "refused"]
    assert len(read) == 2 * 8
    with speaking("en"):
        for reading in read:
            assert (reading["text"], reading["status"]) == (wanted.text, wanted.status), reading
            assert reading["message"] == wanted.message
            assert reading["images"] == len(wanted.digits) * [28]
    assert len({tuple(reading["size"]) for reading in read}) == 1
    assert found["bitmap"] == read[0]["size"][0]  # a program's own bitmap is still there


def test_the_example_of_the_readme_reads_a_chosen_file(open_site, project):
    page = open_site("example.html")
    wanted = shuzi.load().read(project / "number.jpg")
    page.locator("#file").set_input_files(project / "number.jpg")
    with speaking("en"):
        expect(page.locator("#said")).to_contain_text(wanted.message)
    # a line of writing is a line of the text, which a browser shows as a blank
    assert page.locator("#said").text_content().startswith(f"{wanted.text} ({wanted.status}")
