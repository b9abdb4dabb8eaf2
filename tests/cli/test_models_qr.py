import json

import pytest

pytest.importorskip("zxingcpp")


def test_every_command_that_takes_a_model_takes_a_code(tmp_path, shuzi):
    first, following = tmp_path / "card.png", tmp_path / "next.png"
    assert shuzi("models", "qr", "--out", first, "--name", "小明").code == 0
    held = json.loads(shuzi("models", "qr", first, "--json").out)
    assert (held["name"], held["digits"]) == ("小明", [])
    assert shuzi("read", "--model", first, "--example").out == "31415926\n"
    # handed on, it stays the same
    assert shuzi("models", "qr", first, "--out", following).code == 0
    assert following.read_bytes() == first.read_bytes()


def test_what_cannot_be_written_or_read_says_so(tmp_path, shuzi):
    for arguments in (
        ["tiny"],
        [tmp_path / "none.png"],
        ["--out", tmp_path / "card.jpg"],
        ["default", "--out", tmp_path / "card.png"],
    ):
        ended = shuzi("models", "qr", *arguments)
        assert ended.code
        assert ended.err
        assert not list(tmp_path.iterdir())
