"""A service that requires a token: the page asks for it once per tab and sends it with every request."""

import re

import pytest
from playwright.sync_api import expect

from driving.browsing import LONG, watched_pages
from driving.serving import build_page, serving

pytestmark = pytest.mark.browser

TOKEN = "a token that is long enough"  # noqa: S105 - of these tests alone


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """Run `shuzi serve` with a token."""
    build_page()
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text(TOKEN, "utf-8")
    with serving("--token-file", str(path)) as address:
        yield address


@pytest.fixture
def open_closed(browser, closed):
    with watched_pages(browser, closed) as open_path:
        yield lambda path="", **options: open_path(path, refusals=(401,), **options)


def _give(page, token):
    page.get_by_test_id("token").fill(token)
    page.get_by_test_id("token").press("Enter")


def test_the_token_is_asked_for_once_in_a_tab_and_goes_with_all_that_is_asked(open_closed):
    page = open_closed("?view=models")
    expect(page.get_by_text("This service requires a token")).to_be_visible()
    expect(page.get_by_test_id("token")).to_be_focused()
    _give(page, "another token than that one")
    expect(page.get_by_text("did not accept this token")).to_be_visible()
    _give(page, f" {TOKEN}\n")
    expect(page.get_by_test_id("token")).to_have_count(0)
    expect(page.get_by_text("tiny").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("tiny").first).to_be_visible()
    expect(page.get_by_test_id("token")).to_have_count(0)
    # a run is started, followed and shown to its end with the token, too
    page.goto("?view=learn&step=train&steps=100")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_test_id("announcement")).to_have_text(re.compile("^Training is done"), timeout=LONG)
    assert page.evaluate("localStorage.length + Object.values(localStorage).join()").find(TOKEN) == -1


def test_another_tab_asks_anew_and_in_chinese(open_closed):
    page = open_closed("?view=models&lang=zh", language="zh")
    expect(page.get_by_text("这个服务需要令牌")).to_be_visible()
    _give(page, "令牌")
    expect(page.get_by_text("服务不接受这个令牌")).to_be_visible()
    _give(page, TOKEN)
    expect(page.get_by_text("tiny").first).to_be_visible()
