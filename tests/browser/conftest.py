"""Share a service and a browser among all tests; each test gets its own watched browser context."""

import base64
import io

import httpx
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from driving.browsing import browsing, watched_pages
from driving.filled import TEXTS, photograph, write_spec
from driving.serving import NotReadyError, build_page, serving
from driving.sheet import Sheet
from shuzi.cli import shuzi as command


@pytest.fixture(scope="session")
def address():
    """Run `shuzi serve` with the built page; its address ends with a slash."""
    try:
        build_page()
        with serving() as found:
            yield found
    except NotReadyError as problem:
        pytest.fail(str(problem))


@pytest.fixture(scope="session")
def browser():
    try:
        with browsing() as found:
            yield found
    except NotReadyError as problem:  # an error, not a skip: the person running these tests should know
        pytest.fail(str(problem))


@pytest.fixture(scope="session")
def api(address):
    """An HTTP client for the service."""
    with httpx.Client(base_url=address, timeout=None, trust_env=False) as client:
        yield client


@pytest.fixture
def open_page(browser, address):
    """Open a path in its own context; `watched_pages` explains what is checked afterwards."""
    with watched_pages(browser, address) as open_path:
        yield open_path


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A spec, its roster, a photograph of a filled sheet, and the command's table of it: the folder."""
    folder = tmp_path_factory.mktemp("forms")
    spec = write_spec(folder)
    (folder / "sheet.jpg").write_bytes(photograph(spec, TEXTS))
    outs = [f"--out={folder / name}" for name in ("table.json", "table.csv", "table.xlsx")]
    given = ["form", "read", str(folder / "sheet.jpg"), "--spec", str(spec), *outs, "--lang", "en"]
    assert CliRunner().invoke(command, given).exit_code == 0
    return folder


@pytest.fixture
def open_sheet(open_page):
    """Open the Write view."""

    def open_path(path="", **options):
        sheet = Sheet(open_page(path, **options))
        sheet.canvas.or_(sheet.page.locator(".sheet.picture")).first.wait_for()
        return sheet

    return open_path


@pytest.fixture(scope="session")
def as_png():
    """Encode pixels, uint8 (h, w), as a picture file."""

    def write(pixels, kind="PNG", **options):
        file = io.BytesIO()
        Image.fromarray(np.asarray(pixels, np.uint8)).save(file, kind, **options)
        return file.getvalue()

    return write


@pytest.fixture(scope="session")
def paste(as_png):
    """Put a picture on the clipboard and paste it, as a person would."""

    def press(page, png):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.evaluate(
            """async (text) => {
                const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
                const picture = new Blob([bytes], { type: "image/png" });
                await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
            }""",
            base64.b64encode(png).decode(),
        )
        page.keyboard.press("Control+V")

    return press


@pytest.fixture
def drop():
    """Drag files over the middle of the page, or over the top of an element, and let go."""

    def let_go(page, *files, on=None):
        box = on.bounding_box() if on else {"x": 490, "y": 390}
        x, y = box["x"] + 10, box["y"] + 10
        session = page.context.new_cdp_session(page)
        data = {"items": [], "files": [str(each) for each in files], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
        session.detach()

    return let_go


@pytest.fixture(scope="session")
def expect_query():
    """Wait until a page's address has these values."""

    def wait(page, **values):
        page.wait_for_function(
            """(values) => Object.entries(values).every(
                ([name, value]) => new URLSearchParams(location.search).get(name.replace("_", "-")) === value,
            )""",
            arg={name: str(value) for name, value in values.items()},
        )

    return wait


@pytest.fixture
def two_pictures(as_png, mnist, tmp_path):
    """Two files with the same number, 72."""
    row = np.full((60, 110), 255, np.uint8)
    for place in (0, 1):
        row[16:44, 20 + 45 * place : 48 + 45 * place] = 255 - mnist.test.images[place]
    files = [tmp_path / "one.png", tmp_path / "two.png"]
    for each in files:
        each.write_bytes(as_png(row))
    return files


@pytest.fixture
def open_step(open_page):
    """Open a step of Learn by its name."""

    def open_path(step, **options):
        page = open_page(f"?view=learn&step={step}", **options)
        page.locator("h1").wait_for()
        return page

    return open_path
