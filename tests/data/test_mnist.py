import gzip
import hashlib

import numpy as np
import pytest

from shuzi import load_mnist
from shuzi.data import formats
from shuzi.data.mnist import FILES, PACKAGED, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, Places, find, read_file
from shuzi.errors import DataError, DownloadError, IdxError

GOOD = (PACKAGED / f"{TEST_LABELS.name}.gz").read_bytes()


@pytest.fixture
def other_labels():
    """Return a valid file of the right shape with one label changed."""
    content = bytearray(gzip.decompress(GOOD))
    content[1_000] = (content[1_000] + 1) % 10
    return gzip.compress(bytes(content))


def _folder(path, name=f"{TEST_LABELS.name}.gz", content=GOOD):
    path.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(content)
    return path


def test_the_parts_have_their_sizes_and_types(mnist):
    sizes = {"train": 55_000, "validation": 5_000, "test": 10_000}
    for part, size in sizes.items():
        dataset = getattr(mnist, part)
        assert (dataset.images.shape, dataset.images.dtype) == ((size, 28, 28), np.uint8)
        assert (dataset.labels.shape, dataset.labels.dtype) == ((size,), np.uint8)
        assert len(dataset) == size


def test_validation_is_the_first_five_thousand_and_training_the_rest(mnist):
    images = read_file(TRAIN_IMAGES, PACKAGED)[1]
    labels = read_file(TRAIN_LABELS, PACKAGED)[1]
    np.testing.assert_array_equal(np.concatenate([mnist.validation.images, mnist.train.images]), images)
    np.testing.assert_array_equal(np.concatenate([mnist.validation.labels, mnist.train.labels]), labels)


def test_the_labels_are_those_that_the_authors_count(mnist):
    # the published frequency of each digit in MNIST
    every = np.bincount(np.concatenate([mnist.train.labels, mnist.validation.labels]))
    assert every.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_background_is_dark_and_ink_is_light(mnist):
    images = mnist.test.images
    assert images[:, 0].max() == 0
    assert images.max() == 255
    assert (images == 0).mean() > 0.7


def test_the_seed_reaches_the_batches_of_each_part():
    places = Places(mirrors=())
    first, second, other = (load_mnist(seed=seed, places=places) for seed in (3, 3, 4))
    for part in ("train", "validation", "test"):
        labels = [getattr(each, part).next_batch(50)[1].tolist() for each in (first, second, other)]
        assert labels[0] == labels[1]
        assert labels[0] != labels[2]


def test_places_are_searched_in_the_order_argument_environment_package_cache(tmp_path, monkeypatch):
    argument, environment, package, cache = (_folder(tmp_path / name) for name in "abcd")
    places = Places(package, cache, mirrors=())
    monkeypatch.setenv("SHUZI_DATA", str(environment))
    assert read_file(TEST_LABELS, argument, places=places)[0].parent == argument
    assert read_file(TEST_LABELS, places=places)[0].parent == environment
    monkeypatch.setenv("SHUZI_DATA", "")
    assert read_file(TEST_LABELS, places=places)[0].parent == package
    (package / f"{TEST_LABELS.name}.gz").unlink()
    assert read_file(TEST_LABELS, places=places)[0].parent == cache


@pytest.mark.parametrize("by_environment", [False, True])
def test_a_named_folder_is_searched_alone(tmp_path, monkeypatch, by_environment):
    named = _folder(tmp_path, name="something else")
    if by_environment:
        monkeypatch.setenv("SHUZI_DATA", str(named))
    with pytest.raises(DataError) as caught:
        load_mnist(None if by_environment else named)
    assert caught.value.key == "error.data.missing"
    assert "train-images-idx3-ubyte" in str(caught.value)
    assert str(named) in str(caught.value)


def test_a_named_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError) as caught:
        load_mnist(tmp_path / "nowhere")
    assert caught.value.key == "error.data.no_folder"


def test_a_damaged_file_in_a_named_folder_is_an_error(tmp_path):
    with pytest.raises(IdxError) as caught:
        read_file(TEST_LABELS, _folder(tmp_path, content=GOOD[:-50]))
    assert caught.value.key == "error.idx.gzip_short"


def test_a_sound_file_with_one_other_label_is_an_error(tmp_path, other_labels):
    with pytest.raises(DataError) as caught:
        read_file(TEST_LABELS, _folder(tmp_path, content=other_labels))
    assert caught.value.key == "error.data.hash"
    assert caught.value.values["found"] == hashlib.sha256(gzip.decompress(other_labels)).hexdigest()
    assert TEST_LABELS.sha256 in str(caught.value)


def test_a_sound_file_of_another_size_is_an_error(tmp_path):
    formats.write_idx(tmp_path / f"{TEST_LABELS.name}.gz", np.zeros(9_999, np.uint8))
    with pytest.raises(DataError) as caught:
        read_file(TEST_LABELS, tmp_path)
    assert caught.value.key == "error.data.hash"


@pytest.mark.parametrize("name", TEST_LABELS.names())
def test_compressed_plain_and_dotted_names_are_found(tmp_path, name):
    content = GOOD if name.endswith(".gz") else gzip.decompress(GOOD)
    path, labels = read_file(TEST_LABELS, _folder(tmp_path, name, content))
    assert path.name == name
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_the_names_are_those_under_which_mnist_is_handed_around():
    assert TEST_LABELS.names()[2:] == ("t10k-labels.idx1-ubyte.gz", "t10k-labels.idx1-ubyte")
    for file in FILES:
        assert find(file, PACKAGED).name == f"{file.name}.gz"


def test_a_damaged_package_does_not_hide_a_sound_cache(tmp_path, other_labels):
    package = _folder(tmp_path / "package", content=other_labels)
    cache = _folder(tmp_path / "cache")
    assert read_file(TEST_LABELS, places=Places(package, cache, ()))[0].parent == cache


def test_when_every_place_fails_each_is_named_with_its_reason(tmp_path, other_labels):
    package = _folder(tmp_path / "package", content=other_labels)
    with pytest.raises(DownloadError) as caught:
        read_file(TEST_LABELS, places=Places(package, tmp_path / "no cache", ()))
    assert [each.key for each in caught.value.values["tried"]] == ["error.data.hash", "error.data.no_folder"]
    assert "no cache" in str(caught.value)
