"""Chinese and English: first by the browser's language, switchable at any time, nothing left untranslated."""

import re

import pytest
from playwright.sync_api import expect

from driving.tour import settle, tour

pytestmark = pytest.mark.browser

# every visible or spoken text, with the language declared around it
TEXTS = """() => {
  const found = [];
  const note = (element, text) => {
    if (text && /\\p{L}/u.test(text)) found.push([element.closest("[lang]")?.lang ?? "", text.trim()]);
  };
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest("script, style, noscript")) note(node.parentElement, node.data);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["aria-label", "aria-valuetext", "title", "alt", "placeholder"]) {
      note(element, element.getAttribute(name));
    }
  }
  return found;
}"""
CHINESE = re.compile("[一-鿿]")
ENGLISH = re.compile(r"\b[A-Za-z]{2,}[ ,:’'-]+[A-Za-z]{2,}[ ,:’'-]+[A-Za-z]{2,}")
NAME = "shuzi 数字"  # the same in both
# a key instead of a sentence, or an invalid value
UNFINISHED = re.compile(
    r"\b(?:shell|view|error|write|learn|models|forms|hand)\.[a-z]+(?:[._-][a-z]+)*|undefined|NaN|null|\[object|\$\{"
)


def _faults(page, language):
    found = []
    for marked, text in page.evaluate(TEXTS):
        other = CHINESE if language == "en" else ENGLISH
        spoken = "en" if marked.startswith("en") else "zh"
        if UNFINISHED.search(text) or (spoken == language and other.search(text.replace(NAME, ""))):
            found.append(text)
    return found


def test_every_sentence_of_every_view_is_there_in_both_languages(open_page, run):
    page = open_page(refusals=(422,))
    html = page.locator("html")
    found = {}
    for state in tour(page, run.id):
        for name, language, tag in (("中", "zh", "zh-Hans"), ("EN", "en", "en")):
            before = page.locator("main").inner_text()
            page.get_by_role("button", name=name, exact=True).click()
            expect(html).to_have_attribute("lang", tag)
            expect(page.locator("main")).not_to_have_text(before)
            settle(page)
            if faults := _faults(page, language):
                found[state, language] = faults
    assert found == {}


@pytest.mark.parametrize(
    ("browser_speaks", "tag", "title"),
    [
        ("en-GB", "en", "Write a number"),
        ("zh-CN", "zh-Hans", "写一个数"),
        ("zh-TW", "zh-Hans", "写一个数"),
        ("fr-FR", "en", "Write a number"),
    ],
)
def test_at_first_it_speaks_the_browsers_language(open_page, browser_speaks, tag, title):
    page = open_page(language=browser_speaks)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", tag)
    pressed = page.get_by_role("button", name="中" if tag == "zh-Hans" else "EN", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "true")


def test_a_choice_is_remembered_and_a_link_speaks_its_own_language(open_page, expect_query):
    page = open_page()
    page.get_by_role("button", name="中", exact=True).click()
    expect(page).to_have_title(re.compile("^写"))
    expect_query(page, lang="zh")
    page.get_by_role("link", name="学", exact=True).click()
    expect_query(page, lang="zh", view="learn")
    page.goto("?view=models")
    expect(page.locator("h1")).to_have_text("模型")
    page.goto("?view=models&lang=en")
    expect(page.locator("h1")).to_have_text("Models")
    page.goto("?view=models")
    expect(page.locator("h1")).to_have_text("模型")
