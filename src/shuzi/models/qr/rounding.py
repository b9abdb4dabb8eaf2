"""The weights of a `tiny` network become whole numbers of 4 bits, and for each channel a scale and a bias."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOWEST, HIGHEST = -8, 7
"""The range of a rounded weight."""

CONVOLUTIONS = (
    ("conv2d", "batch_normalization"),
    ("conv2d_1", "batch_normalization_1"),
    ("conv2d_2", "batch_normalization_2"),
    ("conv2d_3", "batch_normalization_3"),
)
"""The convolutions of the network in their order, each with the batch normalisation after it."""

DENSE = "output"
SHAPES = ((8, 25), (14, 72), (14, 126), (10, 126), (10, 40))
"""The channels of each layer and the weights of a channel; the last layer is the dense one."""

_EPSILON = 1e-3  # Keras adds it to the variance
# the range to try, relative to the largest weight of a channel; the last ones leave rounded weights as they are
_CLIPPED = np.concatenate([np.linspace(0.4, 1.1, 60), HIGHEST / np.arange(1, 9)])


@dataclass(frozen=True)
class Layer:
    """A rounded layer: `scale * (weights @ inputs) + bias` for each channel, any pooling before the scale.

    Parameters
    ----------
    weights
        int8 (channels, weights of a channel), LOWEST to HIGHEST, in the order of ONNX.
    scale, bias
        float32 (channels,), each of which half precision holds exactly.
    """

    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]


def rounded(weights: Mapping[str, NDArray[np.float32]]) -> tuple[Layer, ...]:
    """Round a network's weights; batch normalisation becomes scale and bias.

    Parameters
    ----------
    weights
        By name, as `onnx_weights.weights_of` returns them.

    Raises
    ------
    ValueError
        A number is not finite, or beyond half precision.

    Examples
    --------
    >>> from shuzi.models.qr.onnx_weights import weights_of
    >>> from shuzi.models.store import shipped
    >>> layers = rounded(weights_of(shipped()["tiny"].read_bytes(), "tiny"))
    >>> [layer.weights.shape for layer in layers] == list(SHAPES)
    True
    """
    layers = []
    for convolution, normalization in CONVOLUTIONS:
        of = {
            name: weights[f"{normalization}/{name}"] for name in ("gamma", "beta", "moving_mean", "moving_variance")
        }
        gain = of["gamma"] / np.sqrt(of["moving_variance"] + _EPSILON)
        kernel = weights[f"{convolution}/kernel"]
        layers.append(_layer(kernel.reshape(len(kernel), -1), gain, of["beta"] - gain * of["moving_mean"]))
    kernel, bias = weights[f"{DENSE}/kernel"].T, weights[f"{DENSE}/bias"]
    return *layers, _layer(kernel, np.ones_like(bias), bias)


def _layer(kernel: NDArray[np.float32], gain: NDArray[np.float32], bias: NDArray[np.float32]) -> Layer:
    """Round each channel with the step that leaves the least squared error."""
    largest = np.maximum(np.abs(kernel).max(axis=1), 1e-12)
    steps = largest[:, None] * _CLIPPED / HIGHEST
    candidates = np.clip(np.rint(kernel[:, None] / steps[..., None]), LOWEST, HIGHEST)
    errors = ((kernel[:, None] - candidates * steps[..., None]) ** 2).sum(axis=2)
    channels, best = np.arange(len(kernel)), errors.argmin(axis=1)
    with np.errstate(over="ignore"):
        scale, shift = (gain * steps[channels, best]).astype(np.float16), bias.astype(np.float16)
    if not (np.isfinite(scale).all() and np.isfinite(shift).all()):
        raise ValueError("beyond half precision")
    return Layer(candidates[channels, best].astype(np.int8), scale.astype(np.float32), shift.astype(np.float32))


def weights_from(layers: tuple[Layer, ...]) -> dict[str, NDArray[np.float32]]:
    """Return the weights, by name, that make the network compute with rounded layers."""
    weights: dict[str, NDArray[np.float32]] = {}
    for (convolution, normalization), layer in zip(CONVOLUTIONS, layers, strict=False):
        channels, count = layer.weights.shape
        side = 5 if count == SHAPES[0][1] else 3
        weights[f"{convolution}/kernel"] = layer.weights.astype(np.float32).reshape(channels, -1, side, side)
        zero = np.zeros(channels, np.float32)
        weights[f"{normalization}/gamma"], weights[f"{normalization}/beta"] = layer.scale, layer.bias
        weights[f"{normalization}/moving_mean"] = zero
        weights[f"{normalization}/moving_variance"] = zero + np.float32(1 - _EPSILON)
    dense = layers[-1]
    weights[f"{DENSE}/kernel"] = np.ascontiguousarray((dense.weights * dense.scale[:, None]).T, np.float32)
    weights[f"{DENSE}/bias"] = dense.bias
    return weights
