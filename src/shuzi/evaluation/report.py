"""An evaluation becomes a self-contained HTML page with pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shuzi import __version__
from shuzi.atomic import replacing
from shuzi.data.dataset import Dataset
from shuzi.errors import require, writing
from shuzi.evaluation.accuracy import Evaluation
from shuzi.evaluation.calibration import Calibration
from shuzi.evaluation.figures import curve, digit_picture, weight_pictures
from shuzi.messages import language, say
from shuzi.models.card import Card
from shuzi.models.store import find_model
from shuzi.training.run_folder import read_metrics

PAGE = "index.html"
_GALLERY = 60


@dataclass(frozen=True)
class Findings:
    """The results for a model: its answers, its confidence, and its accuracy on degraded images."""

    evaluation: Evaluation
    calibration: Calibration
    robustness: Mapping[str, list[float]]


def write_report(folder: Path, model: Path, findings: Findings, dataset: Dataset, card: Card) -> Path:
    """Write the page.

    Parameters
    ----------
    folder
        Where to write it; created if missing. An older page in it is replaced.
    model
        The run folder or .onnx file that was evaluated. Curves are drawn only from a run folder.
    findings
        The results.
    dataset
        The dataset the model was evaluated on.
    card
        The model's card.

    Returns
    -------
    The page's path.

    Raises
    ------
    DataError
        The folder cannot be written.
    MissingExtra
        jinja2, matplotlib or onnx is not installed.
    """
    found = findings.evaluation
    jinja2 = require("jinja2", "train", "extra.report")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    metrics = read_metrics(model) if model.is_dir() else []
    page = environment.get_template("report.html").render(
        say=say,
        language=language(),
        version=__version__,
        card=card,
        found=found,
        trust=findings.calibration,
        robustness=findings.robustness,
        low=found.score.interval[0],
        high=found.score.interval[1],
        loss=_series(metrics, "loss"),
        validation=_series(metrics, "validation_accuracy"),
        shades=_shades(found),
        gallery=[(each, digit_picture(dataset.images[each.index])) for each in found.mistakes[:_GALLERY]],
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


def _shades(found: Evaluation) -> list[list[float]]:
    """Return the darkness of each cell of the confusion matrix, 0 to 1, by its number of mistakes."""
    counts = found.confusion.astype(float)
    np.fill_diagonal(counts, 0)
    most = counts.max() or 1.0
    return [[float((count / most) ** 0.5) for count in row] for row in counts]
