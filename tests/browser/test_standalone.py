"""The editions that need no service: a file from disk, and a folder on any web server."""

import functools
import gzip
import http.server
import re
import threading
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.browsing import LONG, go_to, opened, watched_pages
from driving.pen import strokes_of
from driving.reading_numbers import numbers_in
from driving.serving import build_standalone
from driving.sheet import Sheet
from shuzi import messages
from shuzi.forms.kinds import Field
from shuzi.forms.output import save_table
from shuzi.forms.result import Cell, Row, Table
from shuzi.models.store import shipped

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def built():
    """Build all editions; return their folder."""
    return build_standalone()


@pytest.fixture(scope="module", params=["file", "folder"])
def place(request, built):
    """Return the address of an edition."""
    if request.param == "file":
        yield (built / "shuzi.html").as_uri()
        return
    handler = functools.partial(Quiet, directory=built / "shuzi")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def open_place(browser, place):
    """Open an edition with a query; requests to other addresses are errors."""
    with watched_pages(browser, place) as open_page:

        def open_at(query="", **options):
            page = open_page(place + query, **options)
            page.requested = []
            page.on("request", lambda request: page.requested.append(request.url))
            return page

        yield open_at


def _ink(mnist, digit):
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


def test_ink_is_read_and_explained_without_a_service_in_chinese(open_place, place, mnist):
    page = open_place("?lang=zh&closer=open", language="zh")
    sheet = Sheet(page)
    with sheet.explained():
        sheet.write(_ink(mnist, 4), 0.3)
    with sheet.explained() as answer:
        sheet.write(_ink(mnist, 2), 0.7)
    assert (answer.text, answer.reading["status"]) == ("42", "ok")
    expect(sheet.cards).to_have_count(2)
    sheet.clear()
    sheet.write([[(19, 6), (9, 6), (9, 22), (19, 22)], [(9, 14), (18, 14)]])  # an E
    with messages.speaking("zh"):
        expect(page.locator(".result .advice")).to_have_text(messages.say("reading.not_a_digit"))
    if place.startswith("file:"):
        assert [each for each in page.requested if urlsplit(each).scheme not in ("blob", "data")] == []


def test_a_picture_is_read_and_what_cannot_be_says_what_is_missing(open_place, as_png, mnist, tmp_path):
    row = np.full((60, 110), 255, np.uint8)
    for number in (0, 1):
        row[16:44, 20 + 45 * number : 48 + 45 * number] = 255 - mnist.test.images[number]
    files = {"number.png": as_png(row), "page.pdf": b"%PDF-1.7\n", "words.png": b"no picture at all"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    page = open_place()
    page.get_by_test_id("pictures").set_input_files([tmp_path / name for name in files])
    entries = page.get_by_role("list", name="Pictures").get_by_role("button")
    expect(entries.nth(0).locator(".listed-text")).to_have_text("72")
    expect(entries.nth(1)).to_contain_text("PDFs are read by the service only")
    expect(entries.nth(2)).to_contain_text("cannot open the file as a picture")


def test_models_are_listed_and_read_and_the_address_is_kept(open_place, mnist):
    page = open_place("?view=models")
    expect(page.locator("[data-model]")).to_have_count(3)
    expect(page.locator("[data-model=tiny]")).to_contain_text("4,734")
    opened(page, "tiny").get_by_role("link", name="Try it").click()
    assert "model=tiny" in page.url
    assert Sheet(page).write(_ink(mnist, 3)).text == "3"
    page.reload()
    expect(page.get_by_role("radio", name="tiny")).to_be_checked()
    page.go_back()
    expect(page.locator("[data-model]")).to_have_count(3)


def test_a_model_leaves_as_it_comes_with_shuzi_unless_there_is_but_one_file(open_place, place):
    card = opened(open_place("?view=models"), "tiny")
    download = card.get_by_text("Download .onnx")
    if place.startswith("file:"):
        expect(download).to_have_count(0)
        return
    with card.page.expect_download() as saved:
        download.click()
    assert saved.value.path().read_bytes() == shipped()["tiny"].read_bytes()


def test_it_trains_a_network_and_says_on_how_many_images(open_place, place):
    page = open_place("?view=learn&step=train")
    expect(page.get_by_text("5,500 images" if place.startswith("file:") else "55,000 images").first).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    heading = page.locator(".train-result h2")
    expect(heading).to_contain_text("A · Softmax: ", timeout=LONG)
    assert numbers_in(heading.inner_text())[-1] > 80  # on the first 1,000 test images from disk, which are harder


def test_a_folder_works_without_a_connection_after_the_first_visit(open_place, place, mnist):
    if place.startswith("file:"):
        pytest.skip("a file needs no connection")
    page = open_place("?view=models", refusals=(0,))  # where nothing is read
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-model]")).to_have_count(3)
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Write").click()
    assert Sheet(page).write(_ink(mnist, 7)).text == "7"
    page.goto(f"{place}index.html?model=tiny")
    expect(Sheet(page).number).to_have_attribute("data-text", "7")  # the last sheet, read by a network of its own


_NO_ROOM = """() => {
  self.refused = 0;
  Cache.prototype.put = async () => {
    self.refused++;
    throw new DOMException("There is no room.", "QuotaExceededError");
  };
}"""


def test_a_folder_that_the_browser_has_no_room_for_still_works(open_place, place, mnist):
    if place.startswith("file:"):
        pytest.skip("a file is not kept")
    page = open_place()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    (worker,) = page.context.service_workers
    worker.evaluate(_NO_ROOM)
    page.reload()
    assert Sheet(page).write(_ink(mnist, 7)).text == "7"
    assert worker.evaluate("self.refused") > 0


def test_corrections_the_last_sheet_and_kept_digits_survive_a_reload(open_place, mnist):
    page = open_place()
    sheet = Sheet(page)
    with sheet.explained() as answer:
        sheet.write(_ink(mnist, 7))
    assert answer.text == "7"
    page.get_by_role("button", name="Correct").click()
    page.locator(".correct").get_by_role("button", name="1", exact=True).click()
    page.locator(".correct").get_by_role("button", name="Keep this digit").click()
    page.reload()
    expect(sheet.number).to_have_attribute("data-text", "1")
    expect(sheet.boxes.nth(0)).to_have_attribute("data-mine", "true")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    assert download.value.path().read_text("utf-8-sig").splitlines()[1].startswith('"","1","ok"')
    go_to(page, "Your things")
    expect(page.locator(".kept li strong")).to_have_text("1")


def test_the_film_runs_there_too(open_place):
    page = open_place("?view=film&look=4&stop=answer", reduced_motion="no-preference")
    expect(page.locator("[data-stop]")).to_contain_text("reads a 4")
    page.keyboard.press("Space")
    expect(page.locator("[data-stop]")).to_have_attribute("data-stop", "loss")


def test_the_files_are_small_enough(built):
    sizes = {path.name: path.stat().st_size for path in built.glob("*.html")}
    assert sizes["shuzi.html"] <= 12_000_000
    assert sizes["shuzi-full.html"] <= 30_000_000
    folder = built / "shuzi"
    first = [
        *folder.glob("*.*"),
        *folder.glob("assets/*"),
        *(folder / "models" / f"{each}.bin.gz" for each in ("default", "line")),
    ]
    # compressed, as servers of files send scripts and styles; the models are compressed already
    assert sum(min(len(gzip.compress(path.read_bytes())), path.stat().st_size) for path in first) <= 3_000_000
    assert not re.search(r'(?:src|href)="(?!data:)', (built / "shuzi.html").read_text("utf-8")[:5_000])


def test_without_a_service_forms_says_what_is_missing_and_opens_a_table(open_place, tmp_path, drop):
    cell = Cell("17", "unsure", 0.5, source="a.jpg")
    save_table(Table("Scores", (Field("q", boxes=2),), (Row(1, 0, {"q": cell}),)), tmp_path / "table.json")
    (tmp_path / "sheet.jpg").write_bytes(b"-")
    page = open_place()
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("link", name="Forms")).to_have_count(0)
    page = open_place("?view=forms")
    expect(page.get_by_text("Photographs are read by the service, which this page does not have")).to_be_visible()
    expect(page.locator(".notice pre")).to_contain_text("shuzi serve")
    expect(page.get_by_test_id("photographs")).to_have_count(0)
    drop(page, tmp_path / "sheet.jpg")
    expect(page.get_by_role("alert")).to_contain_text("run shuzi serve")
    drop(page, tmp_path / "table.json")
    expect(page.get_by_test_id("remaining")).to_have_text("1 cell to check")
    expect(page.get_by_role("button", name="Export XLSX")).to_have_count(0)
    expect(page.get_by_text("The service writes XLSX, which this page does not have")).to_be_visible()
