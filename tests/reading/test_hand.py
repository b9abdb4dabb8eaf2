"""A few corrected digits change how digits like them are read, and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import shuzi
from shuzi.cli import shuzi as command
from shuzi.data.dataset import Dataset
from shuzi.data.formats import load_dataset
from shuzi.data.own import add_to_hand, forget
from shuzi.errors import DataError, ModelError


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


@pytest.fixture(scope="module")
def validation():
    return shuzi.load_mnist().validation


@pytest.fixture(scope="module")
def before(reader, validation):
    """What the network says about validation digits: probabilities (n, 10)."""
    return reader.classify(validation.images)


@pytest.fixture(scope="module")
def wrong(before, validation):
    """Validation digits that the network gets wrong: images, labels."""
    places = np.flatnonzero(before.argmax(axis=1) != validation.labels)
    return validation.images[places], validation.labels[places]


def test_a_corrected_digit_is_right_and_others_stay(reader, validation, before, wrong, tmp_path):
    images, labels = wrong
    add_to_hand(tmp_path / "my.npz", images[:3], labels[:3])
    known = reader.with_hand(tmp_path / "my.npz")
    assert known.classify(images[:3]).argmax(axis=1).tolist() == labels[:3].tolist()
    answers, after = before.argmax(axis=1), known.classify(validation.images).argmax(axis=1)
    assert np.mean((answers == validation.labels) & (after != validation.labels)) <= 0.0005
    # the reader that it comes from does not change
    assert (reader.classify(images[:3]).argmax(axis=1) != labels[:3]).all()


def test_probabilities_still_add_up(reader, wrong, tmp_path):
    add_to_hand(tmp_path / "my.npz", *(each[:5] for each in wrong))
    known = reader.with_hand(tmp_path / "my.npz")
    assert np.allclose(known.classify(wrong[0]).sum(axis=1), 1, atol=1e-5)


def test_the_file_is_what_training_takes(wrong, tmp_path):
    add_to_hand(tmp_path / "my.npz", *(each[:2] for each in wrong))
    assert add_to_hand(tmp_path / "my.npz", *(each[2:5] for each in wrong)) == 5
    assert load_dataset(tmp_path / "my.npz").labels.tolist() == wrong[1][:5].tolist()
    assert forget(tmp_path / "my.npz", [0, 2]) == 3
    assert load_dataset(tmp_path / "my.npz").labels.tolist() == wrong[1][[1, 3, 4]].tolist()
    with pytest.raises(DataError, match="holds 3"):
        forget(tmp_path / "my.npz", [3])


def test_of_one_image_the_last_label_counts(reader, validation, tmp_path):
    """Who corrects a digit wrongly corrects it again."""
    image = validation.images[:1]
    right = validation.labels[:1]
    assert add_to_hand(tmp_path / "my.npz", image, (right + 1) % 10) == 1
    assert reader.with_hand(tmp_path / "my.npz").classify(image).argmax() == (right[0] + 1) % 10
    assert add_to_hand(tmp_path / "my.npz", image, right) == 1
    assert reader.with_hand(tmp_path / "my.npz").classify(image).argmax() == right[0]


def test_a_digit_that_was_kept_as_it_was_read_stays_as_it_is(reader, validation, before):
    """An ill-formed digit speaks against what looks like it, unless what looks like it was kept as well."""
    answers = before.argmax(axis=1)
    wrong = np.flatnonzero(answers != validation.labels)
    alone = reader.with_corrections(Dataset(validation.images[wrong], validation.labels[wrong]))
    after = alone.classify(validation.images).argmax(axis=1)
    harmed = np.flatnonzero((answers == validation.labels) & (after != validation.labels))
    assert len(harmed)
    kept = [*wrong, *harmed]
    both = reader.with_corrections(Dataset(validation.images[kept], validation.labels[kept]))
    assert (both.classify(validation.images[kept]).argmax(axis=1) == validation.labels[kept]).all()


def test_answers_that_corrected_digits_do_not_overrule_stay_sure(reader, validation, before, wrong):
    """Otherwise a corrected 1 that looks like a 7 would put every 7 in doubt."""
    images, labels = wrong
    after = reader.with_corrections(Dataset(images[:8], labels[:8])).classify(validation.images)
    kept = (before.argmax(axis=1) == after.argmax(axis=1)) & (before.max(axis=1) >= 0.95)
    assert np.mean(after[kept].max(axis=1) < 0.95) <= 0.001


def test_a_reader_that_knows_another_hand_forgets_the_first(reader, wrong):
    images, labels = wrong
    mine, yours = Dataset(images[:4], labels[:4]), Dataset(images[:4], (labels[:4] + 1) % 10)
    again = reader.with_corrections(yours).with_corrections(mine)
    assert np.array_equal(again.classify(images), reader.with_corrections(mine).classify(images))


def test_a_model_without_features_says_so(wrong, tmp_path):
    add_to_hand(tmp_path / "my.npz", *(each[:1] for each in wrong))
    with pytest.raises(ModelError):
        shuzi.load("tiny").with_hand(tmp_path / "my.npz")


def test_what_is_no_such_file_is_refused(reader, tmp_path):
    with pytest.raises(DataError, match="hand add"):
        reader.with_hand(tmp_path / "missing.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError):
        reader.with_hand(tmp_path / "bad.npz")
    with pytest.raises(DataError, match=r"\.npz"):
        reader.with_hand(tmp_path / "my.csv")


def test_from_the_command_line(wrong, tmp_path):
    images, labels = wrong
    picture, file = tmp_path / "digit.png", tmp_path / "my.npz"
    Image.fromarray(np.pad(255 - np.kron(images[0], np.ones((3, 3), np.uint8)), 20, constant_values=255)).save(
        picture
    )
    run = CliRunner().invoke
    added = run(command, ["hand", "add", str(picture), str(labels[0]), "--to", str(file)])
    assert added.exit_code == 0, added.output
    assert run(command, ["hand", "list", str(file)]).output.startswith(f"1: {labels[0]}\n")
    read = run(command, ["read", str(picture), "--hand", str(file)])
    assert read.output.startswith(str(labels[0]))
    refused = run(command, ["hand", "add", str(picture), "12", "--to", str(file)])
    assert "12" in str(refused.exception)
    assert run(command, ["hand", "forget", str(file), "1"]).exit_code == 0
    assert not file.exists()


def test_corrections_that_are_added_at_once_are_all_kept(wrong, tmp_path):
    images, labels = wrong
    with ThreadPoolExecutor(8) as pool:
        [*pool.map(lambda n: add_to_hand(tmp_path / "my.npz", images[n : n + 1], labels[n : n + 1]), range(16))]
    assert sorted(load_dataset(tmp_path / "my.npz").labels.tolist()) == sorted(labels[:16].tolist())


def test_a_corrected_digit_of_a_whole_number_is_read_as_corrected(reader, tmp_path):
    """The line recogniser would overrule the classifier; what a person says counts more than either."""
    picture = Path(__file__).parents[1] / "fixtures" / "reading" / "ruled.picture.png"
    before = reader.read(picture)
    assert before.text == "409112"
    add_to_hand(tmp_path / "my.npz", before.digits[0].image[None], np.array([9], np.uint8))
    after = reader.with_hand(tmp_path / "my.npz").read(picture)
    assert after.text == "909112"
    # each digit but the corrected one keeps its probabilities
    for one, other in zip(before.digits[1:], after.digits[1:], strict=True):
        assert np.abs(one.probabilities - other.probabilities).max() < 0.02
    assert sum(each for _, each in after.alternatives) <= 1 + 1e-6


def test_a_listed_value_with_the_corrected_digit_is_chosen(reader, tmp_path):
    picture = Path(__file__).parents[1] / "fixtures" / "reading" / "ruled.picture.png"
    add_to_hand(tmp_path / "my.npz", reader.read(picture).digits[0].image[None], np.array([9], np.uint8))
    known = reader.with_hand(tmp_path / "my.npz")
    assert reader.read(picture, among=["909112", "409112"]).text == "409112"
    assert known.read(picture, among=["909112", "409112"]).text == "909112"


def test_one_correction_makes_no_other_number_wrong_and_ok(reader, validation, wrong):
    """The network is quite sure of some wrong answers; other people's digits must not pay for it."""
    images, labels = wrong
    answers = reader.classify(images).argmax(axis=1)
    surest = int(reader.classify(images).max(axis=1).argmax())
    known = reader.with_corrections(Dataset(images[surest : surest + 1], labels[surest : surest + 1]))
    alike = np.flatnonzero(validation.labels == answers[surest])[:60]
    sheets = [np.pad(255 - validation.images[place], 20, constant_values=255) for place in alike]
    for before, after in zip(map(reader.read, sheets), map(known.read, sheets), strict=True):
        assert after.text == before.text or after.status != "ok"
