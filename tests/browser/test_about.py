"""What the page says of itself: to people in About, to programs that show a link in its head."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from shuzi import __version__

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "opens", "course"), [("en", "About", "README.md"), ("zh", "关于", "README.zh.md")]
)
def test_about_names_version_licence_and_course_and_going_back_closes_it(open_page, language, opens, course):
    page = open_page("?view=models", language=language)
    page.get_by_role("button", name=opens).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(__version__)
    expect(dialog).to_contain_text("Apache-2.0")
    expect(dialog).to_contain_text(f"course/{course}")  # not published yet
    page.go_back()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile("view=models$"))
    page.get_by_role("button", name=opens).click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).not_to_have_url(re.compile("about="))


def test_a_link_to_the_page_has_a_title_and_a_description(api):
    head = api.get("").text
    found = dict(re.findall(r'<meta property="og:(\S+)" content="([^"]+)"', head))
    assert found["title"] == "shuzi 数字"
    assert re.search("[a-z]", found["description"])
    assert re.search("[一-鿿]", found["description"])
    assert found["type"] == "website"
    picture = api.get(found["image"])
    assert picture.headers["content-type"] == "image/png"
    size = Image.open(io.BytesIO(picture.content)).size
    assert size == (int(found["image:width"]), int(found["image:height"]))
    icons = re.findall(r'<link rel="(?:icon|apple-touch-icon)"[^>]* href="([^"]+\.png)"', head)
    icons += [each["src"] for each in api.get("manifest.webmanifest").json()["icons"] if each["src"].endswith(".png")]
    assert len(icons) >= 4
    for icon in icons:
        assert Image.open(io.BytesIO(api.get(icon).content)).format == "PNG"
