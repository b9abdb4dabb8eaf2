import numpy as np
import pytest

from shuzi.data.dataset import Dataset
from shuzi.data.formats import IDX_IMAGES, IDX_LABELS, load_dataset, save_dataset
from shuzi.errors import DataError, ShuziError

NAMES = ["digits.npz", "digits"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_saved_comes_back(tmp_path, few, name):
    path = tmp_path / "new folder" / name
    save_dataset(path, few)
    again = load_dataset(path, seed=7)
    np.testing.assert_array_equal(again.images, few.images)
    np.testing.assert_array_equal(again.labels, few.labels)
    assert again.seed == 7


@pytest.mark.parametrize("name", NAMES)
def test_saving_again_replaces_what_was_there(tmp_path, few, name):
    save_dataset(tmp_path / name, few)
    save_dataset(tmp_path / name, Dataset(few.images[:2], few.labels[:2]))
    assert len(load_dataset(tmp_path / name)) == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_the_files_can_be_read_without_shuzi(tmp_path, few):
    save_dataset(tmp_path / "a.npz", few)
    with np.load(tmp_path / "a.npz") as file:
        assert sorted(file) == ["images", "labels"]
        assert (file["images"] == few.images).all()


@pytest.mark.parametrize("name", ["digits.csv", "digits.npy", "digits.npz.zip", "digits.h5"])
def test_another_ending_is_refused_before_anything_is_written(tmp_path, few, name):
    for act in (lambda path: save_dataset(path, few), load_dataset):
        with pytest.raises(DataError) as caught:
            act(tmp_path / name)
        assert caught.value.key == "error.data.ending"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_there_is_an_error_that_says_so(tmp_path, name, problem_of):
    assert problem_of(tmp_path / name) == "error.data.no_file"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_an_error(tmp_path, few, share, problem_of):
    path = tmp_path / "digits.npz"
    save_dataset(path, few)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert problem_of(path) == "error.data.unreadable"


def test_a_damaged_file_is_an_error_or_still_sound_but_never_a_crash(tmp_path, few):
    path = tmp_path / "digits.npz"
    save_dataset(path, few)
    content, rng, refused = path.read_bytes(), np.random.default_rng(0), 0
    for _ in range(60):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 5):
            damaged[place] ^= rng.integers(1, 256)
        path.write_bytes(damaged)
        try:
            assert load_dataset(path).images.shape[1:] == (28, 28)
        except ShuziError as problem:
            refused += bool(problem.sentence("zh"))
    assert refused > 20


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"images": np.zeros((2, 28, 28), np.uint8)}, "error.data.no_arrays"),
        ({"x": np.zeros(1), "labels": np.zeros(2, np.uint8)}, "error.data.no_arrays"),
        ({"images": np.zeros((2, 784), np.uint8), "labels": np.zeros(2, np.uint8)}, "error.data.images"),
        ({"images": np.zeros((2, 28, 28), np.uint8), "labels": np.zeros(2)}, "error.data.labels"),
        ({"images": np.zeros((2, 28, 28), np.uint8), "labels": np.full(2, 10, np.uint8)}, "error.data.label"),
    ],
)
def test_other_arrays_than_images_and_labels_are_refused(tmp_path, content, key):
    path = tmp_path / "digits.npz"
    np.savez(path, **content)
    with pytest.raises(DataError) as caught:
        load_dataset(path)
    assert caught.value.key == key


def test_an_array_alone_under_the_name_of_a_dataset_is_refused(tmp_path, problem_of):
    with (tmp_path / "digits.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    assert problem_of(tmp_path / "digits.npz") == "error.data.unreadable"


def test_a_folder_must_hold_both_idx_files(tmp_path, few, problem_of):
    save_dataset(tmp_path / "digits", few)
    (tmp_path / "digits" / IDX_LABELS).unlink()
    assert problem_of(tmp_path / "digits") == "error.data.unreadable"


def test_a_folder_whose_files_do_not_fit_each_other_is_refused(tmp_path, few):
    save_dataset(tmp_path / "one", few)
    save_dataset(tmp_path / "two", Dataset(few.images[:3], few.labels[:3]))
    (tmp_path / "one" / IDX_IMAGES).replace(tmp_path / "two" / IDX_IMAGES)
    with pytest.raises(DataError) as caught:
        load_dataset(tmp_path / "two")
    assert caught.value.key == "error.data.counts"
