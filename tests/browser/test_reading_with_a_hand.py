"""The digits that a person kept go to the service with the photographs of forms, unless they say no."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from driving.browsing import watched_pages
from driving.forms import choose, read
from driving.serving import serving

pytestmark = pytest.mark.browser


KEEP = """async (count) => {
  const request = indexedDB.open("shuzi");
  await new Promise((resolve) => { request.onsuccess = resolve; });
  const transaction = request.result.transaction("kept", "readwrite");
  for (let n = 0; n < count; n++) {
    const image = new Uint8Array(784).fill(9);
    [image[0], image[1]] = [n % 256, n >> 8];
    transaction.objectStore("kept").put({ id: String(n), image, label: 7, date: 1 }, `digit ${n}`);
  }
  await new Promise((resolve) => { transaction.oncomplete = resolve; });
  request.result.close();
}"""


SPY = """() => {
  const append = FormData.prototype.append;
  [window.sent, window.sizes] = [[], []];
  FormData.prototype.append = function (name, ...rest) {
    window.sent.push(name);
    window.sizes.push(rest[0].size);
    append.call(this, name, ...rest);
  };
}"""


def test_the_kept_digits_go_with_the_photographs_unless_one_says_no(open_page, files):
    page = open_page("?view=forms")
    expect(page.get_by_test_id("sheets")).to_be_visible()
    page.evaluate(KEEP, 1)
    page.reload()
    expect(page.get_by_text("This browser keeps 1 digit")).to_be_visible()
    choose(page, files, "sheet.jpg")
    page.evaluate(SPY)
    read(page)
    page.get_by_role("button", name="Back to the photographs").click()
    page.get_by_role("checkbox").uncheck()
    read(page)
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()
    fields = ["picture", "spec", "roster"]
    assert page.evaluate("window.sent") == [*fields, "hand", *fields]


def test_the_kept_digits_have_their_part_of_what_can_be_sent(open_page, files):
    page = open_page("?view=forms", refusals=(0,))
    expect(page.get_by_test_id("sheets")).to_be_visible()
    page.evaluate(KEEP, 9_000)
    page.reload()
    noise = np.random.default_rng(1).integers(0, 256, (3_500, 4_000), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "jpeg", quality=94)
    assert 12_500_000 < len(file.getvalue()) < 19_000_000
    choose(page, files, "sheet.jpg")
    photo = {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    page.get_by_test_id("photographs").set_input_files(photo)
    page.evaluate(SPY)
    page.route("**/v1/forms", lambda route: route.abort("connectionreset"))
    read(page)
    expect(page.get_by_role("alert")).to_contain_text("The service is not responding")
    sent, sizes = page.evaluate("[window.sent, window.sizes]")
    assert sent == ["picture", "picture", "spec", "roster", "hand"]
    assert sizes[-1] > 7_000_000
    assert sum(sizes) < 20_000_000


def test_a_model_that_cannot_know_a_hand_reads_without_it_and_the_page_says_so(browser, files):
    with serving("--model", "softmax") as address, watched_pages(browser, address) as open_path:
        page = open_path("?view=forms", refusals=(422,))
        expect(page.get_by_test_id("sheets")).to_be_visible()
        page.evaluate(KEEP, 1)
        page.reload()
        choose(page, files, "sheet.jpg")
        read(page)
        expect(page.get_by_role("heading", name="Scores")).to_be_visible()
        expect(page.get_by_text("read without the digits that you corrected")).to_be_visible()
        page.get_by_role("button", name="Back to the photographs").click()
        page.get_by_role("checkbox").uncheck()
        read(page)
        expect(page.get_by_role("heading", name="Scores")).to_be_visible()
        expect(page.get_by_text("read without the digits that you corrected")).to_have_count(0)
