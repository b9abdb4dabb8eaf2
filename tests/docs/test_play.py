"""The page lies beside the documentation: lessons lead to its steps, and those back, from a server and from disk."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture(params=["served", "disk"])
def place(request, site, served_site):
    if not (site / "play").is_dir():
        pytest.skip("the page is not beside the documentation: make docs")
    return served_site if request.param == "served" else site.as_uri() + "/"


@pytest.mark.parametrize(("language", "tag"), [("", "en"), ("zh/", "zh-Hans")])
def test_a_lesson_leads_to_its_step_and_the_step_back(browser, place, language, tag):
    lesson = f"{place}{language}course/10-convolution/index.html"
    page = browser.new_page(locale="fr-FR")  # the lesson's language counts, not the browser's
    page.goto(lesson)
    page.locator("article a[href*='step=convolution']").click()
    expect(page.locator("html")).to_have_attribute("lang", tag)
    page.locator("a[href*='course/10-convolution/']").click()
    expect(page).to_have_url(lesson)
    page.close()
