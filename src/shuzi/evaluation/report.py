"""An evaluation becomes a self-contained HTML page with pictures: curves as SVG, digits and weights as PNG."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi import __version__
from shuzi.atomic import replacing
from shuzi.data.dataset import Dataset
from shuzi.errors import require, writing
from shuzi.evaluation.accuracy import Calibration, Evaluation
from shuzi.messages import language, say
from shuzi.models.card import Card
from shuzi.models.store import find_model
from shuzi.training.run_folder import read_metrics

_SMOOTH = 11  # values averaged for each point of the smoothed line


def digit_picture(image: NDArray[np.uint8]) -> str:
    """Draw a digit, uint8 (28, 28), dark on light, as a PNG data URL."""
    return _address(Image.fromarray(255 - image))


def weight_pictures(model: Path) -> list[str] | None:
    """Draw the weights of a network without hidden layers as PNG data URLs: blue for a digit, brown against it."""
    onnx = require("onnx", "train", "extra.report")
    arrays = [onnx.numpy_helper.to_array(initializer) for initializer in onnx.load(model).graph.initializer]
    matrices = [array for array in arrays if array.ndim >= 2]
    if len(matrices) != 1 or matrices[0].shape != (784, 10):
        return None
    weights = matrices[0].T.reshape(10, 28, 28)
    relative = weights / (np.abs(weights).max() or 1.0)
    against, speaks = np.array([148, 80, 12]), np.array([33, 102, 172])
    strength = np.abs(relative)[..., None] ** 0.7
    colour = np.where(relative[..., None] > 0, speaks, against)
    pixels = np.rint(255 * (1 - strength) + colour * strength).astype(np.uint8)
    return [_address(Image.fromarray(digit)) for digit in pixels]


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Draw (step, value) points as an SVG element; many points are drawn pale, with a dark smoothed line."""
    require("matplotlib", "train", "extra.report")
    from matplotlib.figure import Figure

    steps, values = np.array(points, dtype=float).T
    figure = Figure(figsize=(6.4, 2.8), layout="constrained")
    axes: Any = figure.add_subplot()
    many = len(values) > 50
    axes.plot(steps, values, color="#c2410c", alpha=0.3 if many else 1.0, linewidth=1, marker=None if many else ".")
    if many:
        axes.plot(steps, _smoothed(values), color="#c2410c", linewidth=1.8)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    text = drawn.getvalue()
    return text[text.index("<svg") :]


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average each value with its neighbours on both sides, fewer at the ends."""
    window = np.ones(_SMOOTH)
    sums = np.convolve(values, window, mode="same")
    counts = np.convolve(np.ones_like(values), window, mode="same")
    return np.asarray(sums / counts)


def _address(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


PAGE = "index.html"
_GALLERY = 60


@dataclass(frozen=True)
class Findings:
    """The results for a model: its answers, its confidence, and its accuracy on degraded images."""

    evaluation: Evaluation
    calibration: Calibration
    robustness: Mapping[str, list[float]]


def write_report(folder: Path, model: Path, findings: Findings, dataset: Dataset, card: Card) -> Path:
    """Write the page and return its path; curves are drawn only where `model` is a run folder."""
    evaluation = findings.evaluation
    jinja2 = require("jinja2", "train", "extra.report")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    metrics = read_metrics(model) if model.is_dir() else []
    page = environment.get_template("report.html").render(
        say=say,
        language=language(),
        version=__version__,
        card=card,
        found=evaluation,
        trust=findings.calibration,
        robustness=findings.robustness,
        low=evaluation.score.interval[0],
        high=evaluation.score.interval[1],
        loss=_series(metrics, "loss"),
        validation=_series(metrics, "validation_accuracy"),
        shades=_shades(evaluation),
        gallery=[
            (mistake, digit_picture(dataset.images[mistake.index])) for mistake in evaluation.mistakes[:_GALLERY]
        ],
        weights=weight_pictures(find_model(model)),
    )
    target = folder / PAGE
    with writing(target), replacing(target) as part:
        part.write_text(page, encoding="utf-8")
    return target


def _series(metrics: list[dict[str, Any]], name: str) -> str | None:
    """Draw the metric `name` over the steps; None if there are fewer than two values."""
    points = [(line["step"], line[name]) for line in metrics if name in line]
    return curve(points) if len(points) > 1 else None


def _shades(evaluation: Evaluation) -> list[list[float]]:
    """Return the darkness of each cell of the confusion matrix, 0 to 1, by its number of mistakes."""
    counts = evaluation.confusion.astype(float)
    np.fill_diagonal(counts, 0)
    highest = counts.max() or 1.0
    return [[float((count / highest) ** 0.5) for count in row] for row in counts]
