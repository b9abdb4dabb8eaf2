import pytest
from PIL import ImageFont

from shuzi.messages import speaking
from shuzi.reading import explain as lettering


@pytest.fixture
def fonts(monkeypatch):
    """Pretend that the machine has only these fonts."""

    def have(*names):
        monkeypatch.setattr(lettering, "CHINESE", names)
        lettering._chinese.cache_clear()

    yield have
    lettering._chinese.cache_clear()


def test_a_machine_without_a_chinese_font_is_drawn_to_in_english(fonts):
    fonts("no-such-font.ttf")
    with speaking("zh"):
        assert lettering.drawn_language() == "en"
    assert lettering.drawn_language() == "en"


def test_a_font_without_chinese_is_not_used_for_chinese(fonts):
    latin = ImageFont.load_default(20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImageFont, "truetype", lambda *_: latin)
        fonts("latin.ttf")
        with speaking("zh"):
            assert lettering.drawn_language() == "en"


def test_characters_of_a_chinese_font_differ_from_an_empty_box():
    with speaking("zh"):
        if lettering.drawn_language() == "en":
            pytest.skip("this machine has no Chinese font")
        letters = lettering.font(20)
    drawn = {bytes(letters.getmask(each)) for each in "数字墨迹1\U0010fffd"}
    assert len(drawn) == 6


@pytest.mark.parametrize(
    "text",
    [
        "one two three four",
        "把一小块白纸，盖在上面。红色：下降；蓝色：上升！（好吗？）",
        "28x28。像素，and more",
        "",
    ],
)
@pytest.mark.parametrize("width", [30, 45, 60, 100, 1_000])
def test_broken_lines_keep_every_word_and_fit(text, width):
    letters = lettering.font(15)
    lines = lettering.broken(text, letters, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    longest = max(letters.getlength(word) for word in text.split(" ")) if text.isascii() else 60  # "28x28。"
    for line in lines:
        assert letters.getlength(line) <= max(width, longest)
        assert not line.startswith(tuple("，。：；！？）"))
