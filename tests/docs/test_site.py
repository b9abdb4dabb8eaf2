"""The documentation builds strictly, every link works, and nothing is loaded from elsewhere."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

LOADS = {"img": "src", "script": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}
NAMES_ONLY = {"canonical", "alternate", "prev", "next"}  # a link of these kinds loads nothing


class Page(HTMLParser):
    """What a page loads, its links, and its anchors."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.leads, self.anchors = [], [], set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.leads.append(given["href"])
        elif tag == "link" and not NAMES_ONLY & set((given.get("rel") or "").split()):
            self.loads.append(given["href"])
        elif given.get(LOADS.get(tag)):
            self.loads.append(given[LOADS[tag]])


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if not path.is_relative_to(site / "play")}


def local(page, link, site):
    """Return the file that a page's link refers to."""
    path = unquote(urlsplit(link).path)
    meant = (site / path.lstrip("/") if path.startswith("/") else page.parent / path) if path else page
    return (meant / "index.html" if meant.is_dir() else meant).resolve()


@pytest.mark.slow
def test_there_are_both_languages(site, pages):
    english = {path.relative_to(site) for path in pages if not path.is_relative_to(site / "zh")} - {Path("404.html")}
    assert {path.relative_to(site / "zh") for path in pages if path.is_relative_to(site / "zh")} == english
    assert len(english) > 15


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site, pages):
    for path, page in pages.items():
        for link in page.loads:
            assert not urlsplit(link).netloc, f"{path.relative_to(site)} loads {link}"
            if not link.startswith("data:"):
                assert local(path, link, site).is_file(), f"{path.relative_to(site)} loads {link}"
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import\s+['\"]?(https?:)?//", sheet.read_text("utf-8"))


@pytest.mark.slow
def test_every_link_and_anchor_leads_somewhere(site, pages):
    lost = []
    for path, page in pages.items():
        for link in page.leads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            meant = local(path, link, site)
            known = pages.get(meant)
            if not meant.is_file() or (known and parts.fragment and unquote(parts.fragment) not in known.anchors):
                lost.append(f"{path.relative_to(site)}: {link}")
    assert lost == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["", "zh/"])
def test_lessons_lead_to_the_page_beside_the_documentation_if_it_is_there(site, pages, language):
    beside = (site / "play" / "index.html").is_file()
    lessons = list((site / language / "course").glob("*/index.html"))
    for path in lessons:
        links = [link for link in pages[path].leads if "view=" in link]
        assert all(("127.0.0.1" in link) != beside for link in links)
    assert len(lessons) > 18  # and the stubs of former addresses


@pytest.mark.slow
def test_examples_in_the_reference_are_code(site):
    for language in ("", "zh/"):
        page = (site / language / "reference" / "python.html").read_text("utf-8")
        assert "<blockquote>" not in page  # what Markdown makes of >>>
        assert page.count("&gt;&gt;&gt;") > 5


@pytest.mark.slow
@pytest.mark.parametrize(("language", "first"), [("", "accuracy"), ("zh/", "准确率")])
def test_terms_begin_with_the_reader_s_language(site, language, first):
    page = (site / language / "project" / "terminology.html").read_text("utf-8")
    assert re.search(r"<td[^>]*>([^<]+)</td>", page)[1] == first


@pytest.mark.slow
@pytest.mark.parametrize("language", ["", "zh/"])
@pytest.mark.parametrize("former", ["02-numpy", "08-convolution", "15-take-it-with-you"])
def test_a_former_address_of_a_lesson_leads_to_it(site, pages, former, language):
    stub = site / language / "course" / former / "index.html"
    (link,) = pages[stub].leads
    assert local(stub, link, site).is_file()
    assert re.search(rf"/\d\d-{former[3:]}/", str(local(stub, link, site)))
    assert f'location.replace("{link}" + location.hash)' in stub.read_text("utf-8")


@pytest.mark.slow
def test_the_reference_has_every_public_name_and_every_command(site, pages):
    import click

    import shuzi
    from shuzi.cli import shuzi as command

    for language in ("", "zh/"):
        python = (site / f"{language}reference/python.html").read_text("utf-8")
        for name in shuzi.__all__:
            assert f'.{name}"' in python
        anchors = pages[site / f"{language}reference/command-line.html"].anchors
        for name in command.list_commands(click.Context(command)):
            assert f"shuzi-{name}" in anchors


@pytest.mark.browser
def test_a_browser_asks_nobody_else_and_shows_formulas_and_lessons(site, served_site, browser):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served_site + "zh/explanation/honest-numbers.html")
    page.locator(".katex-display").wait_for()
    page.goto(served_site + "index.html")
    page.locator("input[name=query]").fill("validation split")
    page.locator(".md-search-result__link").first.wait_for()
    page.locator("input[name=query]").fill("置信区间")
    page.locator(".md-search-result__link[href*='zh/']").first.wait_for()
    assert all(each.startswith(served_site) for each in asked)
    page.goto((site / "index.html").as_uri())
    page.locator("input[name=query]").fill("validation split")
    page.locator(".md-search-result__link").first.wait_for()
    page.close()
    dark = browser.new_page(color_scheme="dark")
    dark.goto(served_site + "zh/course/01-line/index.html")
    dark.locator(".katex-display").wait_for()
    shown = dark.locator("article img:visible").all()
    assert shown
    assert all(figure.get_attribute("src").endswith("-dark.png#only-dark") for figure in shown)
    assert dark.locator("details[open]").count() == 0
    dark.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert dark.locator("details[open]").count() == dark.locator("details").count() > 2
    with dark.expect_download() as notebook:
        dark.get_by_role("link", name="笔记本").click()
    assert json.loads(notebook.value.path().read_text("utf-8"))["cells"]
