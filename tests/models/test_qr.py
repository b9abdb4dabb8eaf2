"""A network in a QR code: written, photographed and read again, and what happens to codes that are none."""

import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shuzi.errors import ModelError, PictureError
from shuzi.models.qr.base45 import decode, encode
from shuzi.models.qr.network import as_onnx, read_code, write_code
from shuzi.models.qr.onnx_weights import weights_of
from shuzi.models.qr.packing import QrNetwork, packed, shrunk, unpacked
from shuzi.models.qr.rounding import SHAPES, rounded, weights_from
from shuzi.models.qr.symbol import PREFIX, drawn
from shuzi.models.store import shipped
from shuzi.reading.recognise.classifier import Classifier

pytest.importorskip("zxingcpp")

TINY = shipped()["tiny"]


@pytest.fixture(scope="module")
def network():
    return QrNetwork(rounded(weights_of(TINY.read_bytes(), TINY)), "小明")


@pytest.mark.parametrize(
    ("content", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"", "")]
)
def test_the_examples_of_rfc_9285(content, text):
    assert encode(content) == text
    assert decode(text) == content


@pytest.mark.parametrize("text", ["GGW", ":::", "a", "0", "00é"])
def test_what_base_45_cannot_mean_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        decode(text)


@given(st.binary(max_size=60))
def test_bytes_come_back_from_base_45(content):
    assert decode(encode(content)) == content


def test_no_weight_moves_by_more_than_half_a_step_unless_it_is_clipped(network):
    weights = weights_of(TINY.read_bytes(), TINY)
    kernels = [weights[f"conv2d{suffix}/kernel"] for suffix in ("", "_1", "_2", "_3")] + [weights["output/kernel"].T]
    for kernel, layer, (channels, count) in zip(kernels, network.layers, SHAPES, strict=True):
        flat = kernel.reshape(channels, count)
        step = (flat * layer.weights).sum(axis=1) / (layer.weights.astype(np.float64) ** 2).sum(axis=1)
        inside = (layer.weights > -8) & (layer.weights < 7)
        assert (np.abs(flat / step[:, None] - layer.weights)[inside] < 0.6).all()


def test_a_rounded_network_is_written_again_as_it_is(network):
    again = rounded(weights_of(as_onnx(network), "again"))
    assert packed(QrNetwork(again, network.name)) == packed(network)


def test_a_printed_and_photographed_code_gives_the_same_answers(tmp_path, mnist):
    digits = mnist.validation
    few = [int(np.flatnonzero(digits.labels == label)[0]) for label in range(10)]
    own = type(digits)(digits.images[few], digits.labels[few])
    written = write_code(TINY, tmp_path / "card.png", "Ming 小明", own)
    (tmp_path / "before.onnx").write_bytes(as_onnx(written))
    before = Classifier(tmp_path / "before.onnx").classify(mnist.test.images[:1000])
    _photograph(tmp_path / "card.png", tmp_path / "photo.jpg")
    read = read_code(tmp_path / "photo.jpg")
    assert (read.name, read.labels.tolist()) == ("Ming 小明", list(range(10)))
    np.testing.assert_array_equal(read.images, shrunk(own.images))
    (tmp_path / "after.onnx").write_bytes(as_onnx(read))
    np.testing.assert_array_equal(Classifier(tmp_path / "after.onnx").classify(mnist.test.images[:1000]), before)
    # the network itself, as if it had never been rounded
    assert np.mean(before.argmax(axis=1) == Classifier(TINY).classify(mnist.test.images[:1000]).argmax(axis=1)) > 0.98


def _photograph(card, target):
    """Photograph a printed code from the side: 3.4 pixels a module, blurred, in uneven light, with noise."""
    page = np.array(Image.open(card).convert("L"))
    side = len(page)
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    seen = np.array([[120, 90], [740, 60], [770, 690], [90, 660]], np.float32)
    photo = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(corners, seen), (860, 760), flags=cv2.INTER_AREA, borderValue=230
    )
    light = np.linspace(0.75, 1.0, photo.shape[1])[None] * np.linspace(1.0, 0.85, photo.shape[0])[:, None]
    noise = np.random.default_rng(0).normal(0, 5, photo.shape)
    photo = cv2.GaussianBlur(np.clip(photo * light + noise, 0, 255).astype(np.uint8), (0, 0), 0.7)
    Image.fromarray(photo).save(target, quality=88)


@pytest.mark.parametrize(
    "text", ["https://example.org", PREFIX + "A", PREFIX + "lower", PREFIX + encode(b"SX123456")]
)
def test_a_code_of_something_else_is_refused(tmp_path, text):
    Image.fromarray(drawn(text)).save(tmp_path / "code.png")
    with pytest.raises(ModelError):
        read_code(tmp_path / "code.png")


def test_a_picture_without_a_code_or_with_two_networks_is_refused(tmp_path, network):
    Image.new("L", (60, 60), 255).save(tmp_path / "paper.png")
    with pytest.raises(ModelError) as none:
        read_code(tmp_path / "paper.png")
    assert none.value.key == "error.qr.none"
    codes = [drawn(PREFIX + encode(packed(QrNetwork(network.layers, name)))) for name in ("one", "two")]
    Image.fromarray(np.hstack([np.pad(code, 20, constant_values=255) for code in codes])).save(tmp_path / "two.png")
    with pytest.raises(ModelError) as several:
        read_code(tmp_path / "two.png")
    assert several.value.key == "error.qr.several"
    with pytest.raises(PictureError):
        read_code(tmp_path / "missing.png")


@given(data=st.data())
def test_changed_bytes_are_never_taken_for_a_network(network, data):
    content = bytearray(packed(network))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ModelError):
        unpacked(bytes(content), "code")


@given(data=st.data())
def test_hostile_bytes_with_a_right_checksum_give_a_network_or_a_clear_error(network, data):
    content = packed(network)
    body = bytearray(content[8 : data.draw(st.integers(8, len(content)))] + data.draw(st.binary(max_size=30)))
    for _ in range(data.draw(st.integers(0, 6))):
        if body:
            body[data.draw(st.integers(0, min(len(body) - 1, 300)))] = data.draw(st.integers(0, 255))
    try:
        read = unpacked(content[:4] + zlib.crc32(body).to_bytes(4) + bytes(body), "code")
    except ModelError:
        return
    assert packed(read)[8:] == bytes(body)
    weights_from(read.layers)


@pytest.mark.parametrize("name", ["softmax", "default"])
def test_a_network_of_another_shape_does_not_fit(tmp_path, name):
    with pytest.raises(ModelError) as refused:
        write_code(shipped()[name], tmp_path / "card.png")
    assert refused.value.key == "error.qr.network"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["x" * 41, "数" * 14, "a\nb", "\u202eevil"])
def test_a_name_that_is_too_long_or_cannot_be_seen_is_refused(tmp_path, name):
    with pytest.raises(ModelError) as refused:
        write_code(TINY, tmp_path / "card.png", name)
    assert refused.value.key == "error.qr.name"
