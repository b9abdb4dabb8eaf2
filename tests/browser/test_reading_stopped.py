"""Many photographs are read in several requests; readings stay if a request fails or a person stops."""

import json
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from driving.browsing import watched_pages
from driving.filled import TEXTS, photograph
from driving.forms import choose, read, saved
from driving.serving import serving
from shuzi.cli import shuzi as command

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def many(files):
    """More photographs than a request may have: the first, the 35th and the last (the first again) show a sheet."""
    folder = files / "many"
    folder.mkdir()
    for n in range(1, 34):
        (folder / f"{n:02}.jpg").write_bytes(f"no picture {n}".encode())
    (folder / "00.jpg").write_bytes((files / "sheet.jpg").read_bytes())
    (folder / "34.jpg").write_bytes(photograph(files / "scores.toml", TEXTS, seed=5))
    (folder / "35.jpg").write_bytes((files / "sheet.jpg").read_bytes())
    return sorted(folder.iterdir())


def test_any_number_of_photographs_is_read_as_the_command_reads_them(open_page, files, many):
    out = files / "many.json"
    given = ["form", "read", *map(str, many), "--spec", str(files / "scores.toml"), "--out", str(out), "--lang", "en"]
    CliRunner().invoke(command, given)
    page = open_page("?view=forms")
    choose(page, files, *many)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "v1/forms" in request.url else None)
    read(page)
    expect(page.get_by_test_id("remaining")).to_be_visible()
    assert len(asked) == 2
    found = json.loads(saved(page, "Save JSON"))
    wanted = json.loads(out.read_text("utf-8").replace(f"{many[0].parent}/", ""))
    assert found["rows"] == wanted["rows"]
    assert [row["sheet"] for row in found["rows"]] == [1, 1, 1, 2, 2, 2]
    assert "picture" in found["rows"][2]["cells"]["q1"]
    assert [each["source"] for each in found["problems"]] == [each["source"] for each in wanted["problems"]]


def test_what_was_read_stays_if_a_later_request_fails(open_page, files, many):
    page = open_page("?view=forms", refusals=(0,))
    choose(page, files, *many)
    page.route(
        "**/v1/forms",
        lambda route: route.abort() if b'name="before"' in route.request.post_data_buffer else route.continue_(),
    )
    read(page)
    expect(page.get_by_text("These results are from 32 of 35 files.")).to_be_visible()
    expect(page.locator(".forms-grid tbody tr:not(.forms-space)")).to_have_count(3)
    left = [f"{number}.jpg" for number in (32, 33, 34)]
    unread = page.locator("details.notice li", has_text="was not read")
    expect(unread).to_have_text([f"{name} was not read." for name in left])
    page.get_by_role("button", name="Back to the photographs").click()
    expect(page.locator(".forms-chosen li")).to_have_count(36)
    read(page)
    expect(unread).to_have_count(3)
    page.get_by_role("button", name="Close", exact=True).click()
    # photographs not read are not in the table
    expect(page.locator(".forms-chosen li span")).to_have_text(left)
    page.unroute("**/v1/forms")
    read(page)
    expect(page.locator(".forms-grid tbody tr:not(.forms-space)")).to_have_count(3)


def test_what_was_read_stays_if_a_person_stops(open_page, files, many):
    page = open_page("?view=forms")
    choose(page, files, *many)
    page.route(
        "**/v1/forms",
        lambda route: None if b'name="before"' in route.request.post_data_buffer else route.continue_(),
    )
    read(page)
    expect(page.get_by_text("Reading: 32 of 35 files are done")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("These results are from 32 of 35 files. You stopped there.")).to_be_visible()
    expect(page.locator(".forms-grid tbody tr:not(.forms-space)")).to_have_count(3)


def test_a_service_that_has_ended_loses_nothing(browser, files):
    with ExitStack() as served:
        address = served.enter_context(serving())
        with watched_pages(browser, address) as open_path:
            page = open_path("?view=forms", refusals=(0,))
            choose(page, files, "sheet.jpg")
            served.close()
            read(page)
            expect(page.get_by_role("alert")).to_contain_text("The service is not responding")
            expect(page.locator(".forms-chosen")).to_contain_text("sheet.jpg")
            expect(page.locator(".forms-own")).to_contain_text("scores.toml")
            # the same service again, and the page continues
            served.enter_context(serving("--port", str(urlsplit(address).port)))
            read(page)
            expect(page.get_by_role("heading", name="Scores")).to_be_visible()


def test_reading_can_be_stopped_and_a_connection_that_breaks_is_said(open_page, files):
    page = open_page("?view=forms", refusals=(0,))
    choose(page, files, "sheet.jpg")
    held = []
    page.route("**/v1/forms", lambda route: held.append(route))  # taken, and not answered
    read(page)
    expect(page.get_by_text("Reading 1 file")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_test_id("announcement")).to_have_text("Stopped. The photographs are still here.")
    read(page)
    expect(page.get_by_text("Reading 1 file")).to_be_visible()
    page.wait_for_function("document.querySelector('.forms-read progress')")
    while len(held) < 2:  # the first was stopped
        page.evaluate("() => null")
    held[-1].abort("connectionreset")
    expect(page.get_by_role("alert")).to_contain_text("The service is not responding")
    page.unroute("**/v1/forms")
    read(page)
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()
