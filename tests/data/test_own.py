import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.data.own import hand_of, import_pictures, split
from shuzi.errors import DataError

ENDINGS = ["png", "bmp", "gif", "webp", "tiff", "jpg"]
NEAR = 15  # in mean grey levels, as `apart` measures


@pytest.fixture(scope="module")
def digits(mnist):
    """Return the first test image of each digit."""
    firsts = [int(np.argmax(mnist.test.labels == digit)) for digit in range(10)]
    return mnist.test.images[firsts]


def _picture(image, side=28, dark_on_light=False):
    picture = Image.fromarray(255 - image if dark_on_light else image)
    return picture.resize((side, side), Image.Resampling.BICUBIC) if side != 28 else picture


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("side", [28, 56, 280])
@pytest.mark.parametrize("dark_on_light", [False, True])
def test_pictures_of_mnist_become_mnist_again(tmp_path, apart, digits, ending, side, dark_on_light):
    options = {"webp": {"lossless": True}, "jpg": {"quality": 92}}.get(ending, {})
    for digit, image in enumerate(digits):
        _picture(image, side, dark_on_light).save(tmp_path / f"{digit}_a.{ending}", **options)
    found = import_pictures(tmp_path)
    assert found.left_out == ()
    assert found.dataset.labels.tolist() == list(range(10))
    assert [path.name for path in found.pictures] == [f"{digit}_a.{ending}" for digit in range(10)]
    assert apart(found.dataset.images, digits).max() < NEAR


def _palette(picture):
    return picture.convert("RGB").quantize(16)


def _sixteen_bits(picture):
    return Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)


def _one_bit(picture):
    return picture.convert("1", dither=Image.Dither.NONE)


def _transparent(picture):
    ink = Image.new("RGBA", picture.size, (20, 20, 90, 0))
    ink.putalpha(picture)
    return ink


def _coloured(picture):
    blue = Image.new("RGB", picture.size, (30, 40, 160))
    return Image.composite(blue, Image.new("RGB", picture.size, (250, 245, 230)), picture)


@pytest.mark.parametrize("made", [_palette, _sixteen_bits, _one_bit, _transparent, _coloured])
def test_pictures_of_every_depth_become_mnist_again(tmp_path, apart, digits, made):
    for digit, image in enumerate(digits):
        made(_picture(image, 140)).save(tmp_path / f"{digit}_a.png")
    found = import_pictures(tmp_path)
    assert found.left_out == ()
    assert apart(found.dataset.images, digits).max() < NEAR


def test_a_digit_drawn_by_one_pixel_is_as_a_reader_sees_it(tmp_path):
    page = np.full((28, 28), 255, np.uint8)
    page[5:24, 14] = page[5, 8:15] = 0
    (tmp_path / "7").mkdir()
    Image.fromarray(page).save(tmp_path / "7" / "thin.png")
    imported = import_pictures(tmp_path).dataset.images
    np.testing.assert_array_equal(imported, [shuzi.load().read(page).digits[0].image])


def test_a_photo_that_was_taken_sideways_is_turned(tmp_path, apart, digits):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be rotated clockwise for display
    turned = _picture(digits[4], 280).transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "4_photo.jpg", exif=exif, quality=95)
    assert apart(import_pictures(tmp_path).dataset.images, digits[4:5]).max() < NEAR


def test_labels_come_from_the_folder_or_else_from_the_name(tmp_path, digits):
    picture = _picture(digits[3])
    for name in ("3_a.png", "3/b.png", "5/3_c.png", "deep/3/photo_7.png", "3/4.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        picture.save(tmp_path / name)
    found = import_pictures(tmp_path)
    assert found.left_out == ()
    assert found.dataset.labels.tolist() == [3, 3, 3, 5, 3]


@pytest.mark.parametrize("name", ["10_a.png", "7.png", "a_7.png", "x/seven.png", "12/a.png", "²_a.png", "٣_a.png"])
def test_pictures_without_a_label_are_left_out(tmp_path, digits, name):
    for each in ("3_a.png", name):
        (tmp_path / each).parent.mkdir(exist_ok=True)
        _picture(digits[3]).save(tmp_path / each)
    found = import_pictures(tmp_path)
    assert len(found.dataset) == 1
    assert [(problem.key, problem.values["path"]) for problem in found.left_out] == [
        ("error.own.label", tmp_path / name)
    ]


def test_a_table_labels_pictures_whatever_their_names(tmp_path, apart, digits):
    for name in ("5_a.png", "b.png", "c.png", "d.png", "two.png", "3/e.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        _picture(digits[3], 56).save(tmp_path / name)
    table = "file,label\n5_a.png,3\nb.png,3\nc.png,\n\ntwo.png,33\n"
    (tmp_path / "labels.csv").write_text(table, "utf-8")
    found = import_pictures(tmp_path)
    assert [path.name for path in found.pictures] == ["5_a.png", "b.png"]
    assert found.dataset.labels.tolist() == [3, 3]
    assert apart(found.dataset.images, digits[[3, 3]]).max() < NEAR
    told = [(problem.key, problem.values["path"].name, problem.values.get("line")) for problem in found.left_out]
    assert told == [
        ("error.own.no_digit", "c.png", 4),
        ("error.own.no_digit", "two.png", 6),
        ("error.own.unlabelled", "e.png", None),
        ("error.own.unlabelled", "d.png", None),
    ]


def test_numbers_are_cut_into_their_digits(tmp_path, digits):
    for name in ("one.png", "two.png", "three.png"):
        _picture(digits[1], 56).save(tmp_path / name)
    (tmp_path / "labels.csv").write_text('file,label\ntwo.png,"4,2"\none.png,1\nthree.png,305\n', "utf-8")

    def cut(path, label):
        if path.name == "three.png":
            raise DataError("error.own.not_found", path=path, label=label)
        return [digits[int(character)] for character in label if character != ","]

    found = import_pictures(tmp_path, cut)
    assert found.dataset.labels.tolist() == [4, 2, 1]
    assert (found.dataset.images[:2] == digits[[4, 2]]).all()
    assert [path.name for path in found.pictures] == ["two.png", "two.png", "one.png"]
    assert [problem.key for problem in found.left_out] == ["error.own.not_found"]


def test_each_picture_that_cannot_be_used_is_left_out_with_its_reason(tmp_path, digits):
    good = io.BytesIO()
    _picture(digits[8], 56).save(good, "png")
    contents = {
        "1_blank.png": None,
        "2_cut.png": good.getvalue()[:300],
        "3_text.png": b"this is no picture",
        "4_notes.txt": b"neither is this",
        "5_empty.jpg": b"",
        "8_good.png": good.getvalue(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content or b"")
    Image.new("L", (50, 50), 200).save(tmp_path / "1_blank.png")
    found = import_pictures(tmp_path)
    assert found.dataset.labels.tolist() == [8]
    for name, problem in zip(list(contents)[:5], found.left_out, strict=True):
        assert str(tmp_path / name) in problem.sentence("zh")
    assert found.left_out[0].values["reason"].key == "error.picture.blank"
    assert [problem.key for problem in found.left_out] == [
        "error.own.picture",
        "error.picture.damaged",
        *["error.picture.unknown"] * 2,
        "error.picture.empty",
    ]


def test_what_shuzi_has_drawn_to_explain_a_reading_is_no_picture_of_a_digit(tmp_path, digits):
    for name in ("7_a.png", "7_a.explained.png"):
        _picture(digits[7]).save(tmp_path / name)
    found = import_pictures(tmp_path)
    assert [path.name for path in found.pictures] == ["7_a.png"]
    assert found.left_out == ()


def test_hidden_files_are_passed_over_without_a_word(tmp_path, digits):
    (tmp_path / ".git").mkdir()
    for name in ("6_a.png", ".DS_Store", "._6_a.png", ".git/6_b.png"):
        _picture(digits[6]).save(tmp_path / name, "png")
    found = import_pictures(tmp_path)
    assert (len(found.dataset), found.left_out) == (1, ())


def test_a_folder_that_is_itself_hidden_or_named_like_a_label_is_read(tmp_path, digits):
    hidden = tmp_path / ".7"
    hidden.mkdir()
    _picture(digits[6]).save(hidden / "6_a.png")
    assert import_pictures(hidden).dataset.labels.tolist() == [6]


def test_a_folder_with_nothing_to_use_is_an_error_with_the_reasons(tmp_path):
    for number in range(30):
        (tmp_path / f"photo{number:02}.png").write_bytes(b"x")
    with pytest.raises(DataError) as caught:
        import_pictures(tmp_path)
    assert caught.value.key == "error.own.nothing"
    for language in ("zh", "en"):
        said = caught.value.sentence(language)
        assert "photo00.png" in said
        assert said.count("\n  - ") == 10


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_folder_is_an_error(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(DataError) as caught:
        import_pictures(tmp_path / name)
    assert caught.value.key == "error.data.no_folder"


def _own(count):
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(count), 256)
    return Dataset(images, (np.arange(count) % 10).astype(np.uint8), seed=3)


@pytest.mark.parametrize(
    ("count", "sizes"), [(10, (8, 1, 1)), (19, (17, 1, 1)), (20, (16, 2, 2)), (999, (801, 99, 99))]
)
def test_parts_are_disjoint_complete_and_always_the_same(count, sizes):
    own = _own(count)
    parts, again = split(own), split(own)
    rows = []
    for part, repeated, size in zip(
        (parts.train, parts.validation, parts.test), (again.train, again.validation, again.test), sizes, strict=True
    ):
        assert (len(part), part.seed) == (size, 3)
        np.testing.assert_array_equal(part.images, repeated.images)
        positions = part.images[:, 0, 0].astype(int) * 256 + part.images[:, 0, 1]
        assert (part.labels == positions % 10).all()
        rows.extend(positions.tolist())
    assert sorted(rows) == list(range(count))


@pytest.mark.parametrize("count", [1, 9])
def test_fewer_than_ten_are_not_split(count):
    parts = split(_own(count))
    assert len(parts.train) == len(parts.validation) == len(parts.test) == count


def test_in_a_folder_named_after_a_digit_a_leading_number_is_no_label(mnist, tmp_path):
    (tmp_path / "7").mkdir()
    image = mnist.test.images[0]
    for name in ("1_a", "2_b", "page3"):
        Image.fromarray(image).save(tmp_path / "7" / f"{name}.png")
    Image.fromarray(image).save(tmp_path / "4_x.png")
    found = import_pictures(tmp_path)
    assert sorted(found.dataset.labels.tolist()) == [4, 7, 7, 7]


def test_a_hand_can_be_read_from_bytes():
    file = io.BytesIO()
    np.savez(file, images=np.zeros((1, 28, 28), np.uint8), labels=np.array([7], np.uint8))
    assert hand_of(file.getvalue(), Path("my.npz")).labels.tolist() == [7]
