import os

import numpy as np
import pytest

from shuzi.data.dataset import Dataset
from shuzi.errors import TrainingError
from shuzi.synthesis import examples
from shuzi.synthesis.examples import PARTS, Material, Stream, as_they_are, compose, compose_block, joined

LITTLE = {"crops": 1 / 4_000, "pages": 1 / 12_000}  # of a whole training's: a few pictures for each share


@pytest.fixture(scope="module")
def few(mnist):
    return Dataset(mnist.train.images[:200], mnist.train.labels[:200])


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    """Compose in one process, as each takes longer to start than to compose so few pictures."""
    monkeypatch.setattr(examples, "cores", lambda: 1)


def composed(kind, dataset, seed=0):
    return joined(list(compose(kind, dataset, seed, LITTLE[kind])))


def same(one, other):
    return np.array_equal(one.images, other.images) and np.array_equal(one.labels, other.labels)


@pytest.mark.parametrize("kind", LITTLE)
def test_the_seed_decides_everything_and_the_number_of_processes_nothing(few, kind, monkeypatch):
    one = composed(kind, few)
    monkeypatch.setattr(examples, "cores", lambda: 3)
    assert same(one, composed(kind, few))
    assert not same(one, composed(kind, few, seed=1))


def test_every_share_has_digits_of_its_own_and_all_are_there(few):
    shares = list(compose("crops", few, 0, LITTLE["crops"]))
    assert len(shares) == PARTS
    for part, share in enumerate(shares):
        own = few.images[part::PARTS]
        np.testing.assert_array_equal(share.images[: len(own)], own)
        np.testing.assert_array_equal(share.labels[: len(own)], few.labels[part::PARTS])
        assert len(share) == len(share.labels) > len(own)


def test_no_page_is_composed_twice_even_from_the_same_digit(few):
    alike = Dataset(np.repeat(few.images[:1], 40, axis=0), np.repeat(few.labels[:1], 40))
    pages = composed("pages", alike)
    assert pages.images.shape == (2 * PARTS, 64, 160)
    assert pages.labels.shape == (2 * PARTS, 20, 5)
    assert len({page.tobytes() for page in pages.images}) == 2 * PARTS


@pytest.mark.parametrize("kind", LITTLE)
@pytest.mark.parametrize("count", [1, 3])
def test_a_few_digits_are_enough(mnist, kind, count):
    shares = list(compose(kind, Dataset(mnist.train.images[:count], mnist.train.labels[:count]), 0, LITTLE[kind]))
    assert len(shares) == count
    assert min(len(share) for share in shares) > 0


def test_whoever_stops_early_leaves_no_process_behind(few, monkeypatch):
    psutil = pytest.importorskip("psutil")
    monkeypatch.setattr(examples, "cores", lambda: 2)
    before = psutil.Process().children()
    shares = compose("pages", few, 0, LITTLE["pages"])
    next(shares)
    assert len(psutil.Process().children()) > len(before)
    shares.close()
    assert psutil.Process().children() == before


def test_nothing_is_imported_from_the_working_folder(few, monkeypatch, tmp_path):
    for name in ("base64", "random", "signal"):
        (tmp_path / f"{name}.py").write_text("from pathlib import Path; Path('executed').touch()", encoding="utf-8")
    expected = composed("crops", few)
    monkeypatch.chdir(tmp_path)
    assert same(composed("crops", few), expected)
    assert not (tmp_path / "executed").exists()


def test_shares_are_put_together_in_their_order(few):
    parts = [as_they_are(Dataset(few.images[at : at + 70], few.labels[at : at + 70])) for at in (0, 70, 140)]
    assert same(joined(parts), as_they_are(few))


@pytest.fixture(scope="module")
def few_with_strokes(mnist, pen_strokes):
    return Dataset(mnist.train.images[:60], mnist.train.labels[:60], strokes=pen_strokes)


def test_a_block_depends_on_the_seed_and_its_number_alone(few_with_strokes):
    lines = Material(few_with_strokes)
    one, other, longer = (compose_block(lines, [7, number], rows) for number, rows in ((0, 3), (1, 3), (0, 5)))
    again = compose_block(Material(few_with_strokes), [7, 0], 3)
    for first, second in zip(one, again, strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(one[0], other[0])
    np.testing.assert_array_equal(longer[0][:3], one[0])


def test_processes_compose_the_blocks_that_are_asked_for_in_any_order(few_with_strokes):
    stream = Stream(compose_block, Material(few_with_strokes), 3, 2, 6)
    try:
        found = {number: stream.block(number) for number in (0, 1, 5)}
    finally:
        stream.close()
    for number, block in found.items():
        images, labels = compose_block(Material(few_with_strokes), [3, 5, number], 2)
        np.testing.assert_array_equal(block.images, images)
        np.testing.assert_array_equal(block.labels, labels)


class Deadly:
    """Ends the process that unpickles it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_process_that_ends_twice_while_it_composes_ends_the_training_with_a_sentence():
    stream = Stream(compose_block, Material(Deadly()), 3, 2, 1)
    try:
        with pytest.raises(TrainingError):
            stream.block(0)
    finally:
        stream.close()
