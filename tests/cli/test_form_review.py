"""`shuzi form read --review`, where there is nothing to review in; what it opens is tested in the browser."""

import sys

import pytest

from shuzi.service import page


def test_without_a_page_it_says_so_before_anything_is_read(shuzi, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "is_built", lambda: False)
    ended = shuzi("form", "read", tmp_path / "missing.jpg", "--table", "--review", "--lang", "en")
    assert ended.code == 1
    assert "make page" in ended.err
    assert "missing.jpg" not in ended.err


@pytest.mark.parametrize(("language", "words"), [("en", "HTTP service"), ("zh", "HTTP 服务")])
def test_without_the_service_it_names_what_installs_it(shuzi, tmp_path, monkeypatch, language, words):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    ended = shuzi("form", "read", tmp_path / "missing.jpg", "--table", "--review", "--lang", language)
    assert ended.code == 1
    assert words in ended.err
    assert "serve" in ended.err
