"""Write a model as the picture of a QR code, and read it back as an .onnx file."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.atomic import replacing
from shuzi.data.dataset import Dataset
from shuzi.errors import MissingExtra, ModelError, ShuziError
from shuzi.models.card import MODEL, Source
from shuzi.models.onnx_file import read_card, read_content, with_card
from shuzi.models.qr.base45 import decode, encode
from shuzi.models.qr.onnx_weights import operations_of, weights_of, with_weights
from shuzi.models.qr.packing import QrNetwork, packed, shrunk, unpacked
from shuzi.models.qr.rounding import rounded, weights_from
from shuzi.models.qr.symbol import PREFIX, drawn, text_in
from shuzi.models.store import SHIPPED

_TEMPLATE = SHIPPED / "tiny.onnx"


def write_code(model: Path, target: Path, name: str = "", digits: Dataset | None = None) -> QrNetwork:
    """Write a model as the picture of a QR code.

    Parameters
    ----------
    model
        An .onnx file of a network with the shape of `tiny`.
    target
        The picture to write: a PNG.
    name
        The name of the network's owner.
    digits
        At most ten of this person's digits.

    Returns
    -------
    The content of the code.

    Raises
    ------
    ModelError
        The network has another shape, the name is too long, or there are too many digits.
    MissingExtra
        The library that draws codes is not installed.
    """
    content = read_content(model)
    read_card(content, model)
    weights = _weights_like_tiny(content, model)
    try:
        layers = rounded(weights)
    except ValueError as problem:
        raise ModelError("error.model.damaged", path=model, reason=ShuziError("qr.numbers")) from problem
    if digits is None:
        network = QrNetwork(layers, name)
    else:
        network = QrNetwork(layers, name, shrunk(digits.images), digits.labels)
    picture = Image.fromarray(drawn(PREFIX + encode(packed(network))))
    with replacing(target) as part:
        picture.save(part, "PNG", optimize=True)
    return network


def read_code(picture: Path) -> QrNetwork:
    """Read the network in a picture of a QR code.

    Raises
    ------
    ModelError
        The picture shows no QR code, one that is not shuzi's, or a damaged one.
    PictureError
        It is not a picture.
    MissingExtra
        The library that reads codes is not installed.
    """
    text = text_in(picture, picture)
    try:
        content = decode(text)
    except ValueError as problem:
        raise ModelError("error.model.damaged", path=picture, reason=ShuziError("qr.field")) from problem
    return unpacked(content, picture)


def as_onnx(network: QrNetwork) -> bytes:
    """Return the network as an .onnx file with a card."""
    template = _TEMPLATE.read_bytes()
    content = with_weights(template, weights_from(network.layers), _TEMPLATE)
    card = read_card(template, _TEMPLATE)
    digest = hashlib.sha256(packed(network)).hexdigest()
    origin = Source(f"{MODEL} {network.name or card.name}", {"code": digest}, card.licence)
    content, _ = with_card(content, replace(card, data=(origin,), scores={}, command="", calibration=None), _TEMPLATE)
    return content


def onnx_of(picture: Path) -> Path:
    """Keep the network in a picture of a QR code as an .onnx file for this user, and return its path.

    Raises
    ------
    ModelError
        The picture shows no QR code, one that is not shuzi's, or a damaged one.
    PictureError
        It is not a picture.
    MissingExtra
        The library that reads codes is not installed; most likely, the picture shows none.
    """
    from platformdirs import user_cache_path

    try:
        network = read_code(picture)
    except MissingExtra as problem:
        raise MissingExtra("error.qr.picture", **problem.values, path=picture) from problem
    content = as_onnx(network)
    path = user_cache_path("shuzi") / "codes" / f"{hashlib.sha256(content).hexdigest()}.onnx"
    if not path.is_file() or path.read_bytes() != content:
        with replacing(path) as part:
            part.write_bytes(content)
    return path


def _weights_like_tiny(content: bytes, model: Path) -> dict[str, NDArray[np.float32]]:
    template = _TEMPLATE.read_bytes()
    weights, wanted = weights_of(content, model), weights_of(template, _TEMPLATE)
    same = {name: each.shape for name, each in weights.items()} == {name: each.shape for name, each in wanted.items()}
    if not same or operations_of(content, model) != operations_of(template, _TEMPLATE):
        raise ModelError("error.qr.network", path=model)
    return weights
