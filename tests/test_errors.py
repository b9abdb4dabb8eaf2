import pickle
import re
from pathlib import Path

import pytest

from shuzi import errors
from shuzi.errors import DataError, DownloadError, MissingExtra, PictureError, require, writing


def _drawn_tree():
    """Return each class in the module docstring's tree, with its parent."""
    parents, above = {}, []
    for line in errors.__doc__.splitlines():
        if not (found := re.match(r"((?:│   |    )*)(?:[├└]── )?([A-Z]\w+)  ", line)):
            continue
        depth = len(found[1]) // 4 + ("── " in line)
        above[depth:] = [found[2]]
        parents[found[2]] = above[depth - 1] if depth else "Exception"
    return parents


def test_the_tree_drawn_at_the_top_is_the_tree_of_classes():
    real = {
        kind.__name__: kind.__base__.__name__
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    assert _drawn_tree() == real
    assert len(real) > 5


def test_the_tree_says_of_each_class_what_its_docstring_says():
    for name, meaning in re.findall(r"(?:──|^)\s*(\w+Error)\s{2,}(.+)$", errors.__doc__, re.MULTILINE):
        if name != "ShuziError":
            assert getattr(errors, name).__doc__.lower().startswith(meaning.lower())


def test_an_error_is_said_in_the_language_that_is_asked_for():
    error = DataError("error.data.batch_size", size=0)
    assert error.sentence("en") == "The batch size must be at least 1, not 0."
    assert error.sentence("zh") == "批量至少是 1，不能是 0。"
    assert str(error) == error.sentence("en")


def test_errors_inside_an_error_are_said_in_its_language():
    inner = PictureError("error.picture.blank")
    middle = DataError("error.own.picture", path="7_a.png", reason=inner)
    outer = DownloadError("error.mirrors.all", name="t10k", tried=[middle, inner])
    for language, other in (("zh", "en"), ("en", "zh")):
        said = outer.sentence(language)
        assert said.count(inner.sentence(language)) == 2
        assert inner.sentence(other) not in said
        assert f"\n  - 7_a.png: {inner.sentence('en')}" in outer.sentence("en")


def test_an_error_comes_back_from_another_process():
    error = MissingExtra("error.missing_extra", module="keras", extra="train", wanted="extra.training")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - written one line before
    assert type(again) is MissingExtra
    assert again.sentence("zh") == error.sentence("zh")


def test_a_missing_extra_is_named_with_its_purpose_in_the_language_it_is_shown_in():
    with pytest.raises(MissingExtra) as caught:
        require("no_such_library", "train", "extra.training")
    english, chinese = caught.value.sentence("en"), caught.value.sentence("zh")
    assert english.startswith("Training a network needs no_such_library")
    assert '".[train]"' in english
    assert chinese.startswith("训练网络需要 no_such_library")


def test_a_library_that_is_there_but_broken_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import something_it_needs\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="something_it_needs"):
        require("half_installed", "train", "extra.training")


def test_a_file_that_cannot_be_written_is_named():
    with pytest.raises(DataError) as problem, writing(Path("table.csv")):
        raise OSError(28, "No space left on device")
    assert problem.value.values == {"path": Path("table.csv"), "reason": "No space left on device"}


def test_an_error_is_about_another_name_of_its_file():
    assert PictureError("error.picture.empty", path="bytes").with_path("seven.png").values["path"] == "seven.png"
    nameless = PictureError("error.picture.kind", kind="int")
    assert nameless.with_path("seven.png") is nameless
