"""A task is what a network learns to do: its examples, loss, accuracy and calibration.

There are five: classifying a digit, with or without rejecting what is none, detecting digits, detecting lines, and
recognising a line.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.concepts import MIN_PROBABILITY, negative_log_likelihood, softmax
from shuzi.data.dataset import Dataset
from shuzi.ink.strips import HEIGHT
from shuzi.models.card import DIGIT_FROM, UNSURE_BELOW
from shuzi.models.tasks import CLASSES, CLASSIFY, CLASSIFY_OR_REJECT, DETECT, DETECT_LINES, RECOGNISE_LINE
from shuzi.synthesis import composer, line_maps, strips
from shuzi.synthesis.crops import LOOKS_LIKE, NOT_A_DIGIT
from shuzi.synthesis.examples import PARTS, Examples, Material, Stream, as_they_are, compose, compose_block, joined
from shuzi.synthesis.line_maps import CELL
from shuzi.training.recipe import Recipe

VALIDATION_FRACTION = 1 / 32
"""The number of examples composed for validation, as a fraction of those for training."""

Answers = Callable[[NDArray[np.uint8]], list[NDArray[np.float32]]]
"""Runs a network on images uint8 (n, h, w): one array (n, ...) for each of its outputs."""

WriteTemperature = Callable[[float], None]
"""Divides the logits of a network's last layer by a temperature."""

Calibrated = tuple[float, dict[str, float]]
"""The temperature that was written, and the thresholds of answers."""

_MIN_TEMPERATURE, _MAX_TEMPERATURE = 0.05, 20.0
_GOLDEN = (np.sqrt(5) - 1) / 2

WRONG_AMONG_SURE = 0.001
"""An answer is `unsure` below the confidence above which at most this fraction of the validation answers is wrong."""

_OF_BEING_A_DIGIT = 0.1  # of the label smoothing: probabilities near certainty must stay distinguishable
_ENOUGH_TO_FIT = 1_000  # the minimum number of validation images to fit a temperature
_LOOK_ALIKE = 0.5  # target probability that a look-alike is a digit
_DIGITS_REFUSED = 0.01  # the fraction of composed digits that may be rejected

FIRST_SCORE = -4.0
"""The maps' initial probability: few cells hold a digit."""

_HILL = 0.12  # the peak's standard deviation as a fraction of the digit's width and height
_MIN_HILL = 0.6  # cells
_BOX_WEIGHT = 0.5
_NEAR = 0.3  # a cell where the peak is at least this high learns the digit's box
_FOUND = math.log(0.3 / 0.7)  # the logit of a probability of 0.3

_AROUND = 4.0  # how much more a cell in the band around a line counts: lines must stay apart
_HEIGHT_WEIGHT = 0.5  # of the error of the height, in doublings
_RULING_WEIGHT = 1.0
_VALIDATION_PICTURES = 192
_VALIDATION_DISPLAYS = 1_500
_VALIDATION_STREAM = 7  # separate from the other streams of the same seed

BLANK = len(CLASSES)
"""The blank: the class of a column in which no character is centred."""


class Task(ABC):
    """A task that a network learns.

    To add a task, add a subclass and list it in `TASKS`. Its inputs and outputs are declared in
    `models.tasks`, since readers need them too.
    """

    name: ClassVar[str]
    """The task's name in recipes and cards."""

    samples: ClassVar[str] = ""
    """The kind of examples to compose from a dataset, as named in `compose`; "" uses the images unchanged."""

    input_shape: ClassVar[tuple[int | None, ...]] = (28, 28)
    """The input shape of a Keras network, without the batch."""

    answers: ClassVar[int]
    """How many outputs, starting with the first, hold an answer: values of which the largest counts."""

    @abstractmethod
    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the loss of a batch: labels (n, ...) as in the examples, y as the network outputs it."""

    @abstractmethod
    def correct(self, labels: Any, y: Any) -> Any:
        """Return the fraction of each example that is correct in training: float32 (n,)."""

    @abstractmethod
    def accuracy(self, labels: NDArray[Any], outputs: NDArray[np.float32]) -> float:
        """Return the accuracy of a trained network, from its first output."""

    def calibrate(self, recipe: Recipe, answers: Answers, write: WriteTemperature, validation: Dataset) -> Calibrated:
        """Calibrate the confidence; return the temperature that was written, and the thresholds of answers."""
        return 1.0, {}

    def parts(self, dataset: Dataset) -> int:
        """Return in how many parts examples are composed from a dataset; 0 if nothing is composed."""
        return min(PARTS, len(dataset)) if self.samples else 0

    def training_examples(self, dataset: Dataset, seed: int, fraction: float = 1.0) -> Iterator[Examples]:
        """Yield the training examples part by part, or a `fraction` of them."""
        if self.samples:
            yield from compose(self.samples, dataset, seed, fraction)
        else:
            yield as_they_are(dataset)

    def stream(self, dataset: Dataset, seed: int, rows: int, blocks: int) -> Stream:
        """Start composing training examples ahead of a training, `blocks` of `rows` rows; not for all tasks."""
        raise NotImplementedError

    def evaluation_examples(self, dataset: Dataset, seed: int) -> Examples:
        """Make the examples for validation during training and for the final accuracy."""
        return as_they_are(dataset)

    def comparison_examples(self, dataset: Dataset) -> Examples:
        """Make the examples, image by image, for comparing two ways of running one network."""
        return as_they_are(dataset)

    def as_input(self, pixels: Any) -> Any:
        """Turn pixels (n, h, w) into the Keras network's input: no layer adds a channel to a variable size."""
        return pixels[..., None] if len(self.input_shape) == 3 else pixels


def at_temperature(probabilities: NDArray[Any], temperature: float) -> NDArray[np.floating[Any]]:
    """Return the probabilities (n, 10) after dividing the logits by a temperature."""
    return softmax(np.log(np.maximum(probabilities.astype(np.float64), MIN_PROBABILITY)) / temperature)


def fit_temperature(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Find the temperature with the smallest negative log-likelihood, by golden-section search on its logarithm.

    It divides the logits before softmax (Guo et al., 2017), so that of answers with a confidence of 90 %, nine in ten
    are correct. Fitted on the validation split and written into the last layer, it changes no answer.
    """

    def cost(logarithm: float) -> float:
        return negative_log_likelihood(at_temperature(probabilities, float(np.exp(logarithm))), labels)

    low, high = float(np.log(_MIN_TEMPERATURE)), float(np.log(_MAX_TEMPERATURE))
    while high - low > 1e-4:
        inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, outer) if cost(inner) < cost(outer) else (inner, high)
    return float(np.exp((low + high) / 2))


def unsure_below(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Find the confidence above which at most one answer in a thousand is wrong; above 1 if there is none."""
    confidence = probabilities.max(axis=1)
    surest_first = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(probabilities.argmax(axis=1)[surest_first] != labels[surest_first])
    sound = wrong <= WRONG_AMONG_SURE * np.arange(1, len(labels) + 1)
    # answers of equal confidence count together
    ends = np.append(np.diff(confidence[surest_first]) != 0, True)
    accepted = np.flatnonzero(sound & ends)
    return float(confidence[surest_first][accepted[-1]]) if len(accepted) else float(np.nextafter(1.0, 2.0))


class Classify(Task):
    """Which digit an image holds.

    In training, y is float32 (n, 10) with rows adding up to 1, or (n, columns, 10) from a network of several
    independent columns.
    """

    name = CLASSIFY
    answers = 1

    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the cross-entropy of a batch, summed or averaged according to the recipe; columns are averaged."""
        count, columns, labels, y = _by_column(labels, y)
        return _mean(recipe, self._lost(recipe, labels, y) / columns, count)

    def correct(self, labels: Any, y: Any) -> Any:
        """Return 1 for each correctly classified image, else 0: float32 (n,). Columns are averaged."""
        return ops.cast(self._predicted(_averaged(y)) == ops.cast(labels, "int32"), "float32")

    def accuracy(self, labels: NDArray[np.uint8], outputs: NDArray[np.float32]) -> float:
        """Return the fraction of correct answers."""
        return float(np.mean(outputs.argmax(axis=1) == labels))

    def calibrate(self, recipe: Recipe, answers: Answers, write: WriteTemperature, validation: Dataset) -> Calibrated:
        """Fit a temperature if the recipe asks for one, and the confidence below which an answer is unsure."""
        probabilities, temperature = answers(validation.images)[0], 1.0
        if recipe.temperature == "fitted" and len(validation) >= _ENOUGH_TO_FIT:
            temperature = fit_temperature(probabilities, validation.labels)
            write(temperature)
            probabilities = answers(validation.images)[0]
        return temperature, {UNSURE_BELOW: unsure_below(probabilities, validation.labels)}

    def _lost(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        return self._lost_of(recipe, ops.one_hot(labels, 10), y)

    def _lost_of(self, recipe: Recipe, label: Any, y: Any) -> Any:
        """Return the loss for targets (n, 10), where the sum of each row is the image's weight."""
        smoothing = recipe.label_smoothing
        if smoothing:
            label = label * (1 - smoothing) + ops.sum(label, axis=1, keepdims=True) * (smoothing / 10)
        return -ops.sum(label * ops.log(y[:, :10] + recipe.epsilon))

    def _predicted(self, y: Any) -> Any:
        return ops.cast(ops.argmax(y[:, :10], axis=1), "int32")


class ClassifyOrReject(Classify):
    """Which digit an image holds, and whether it holds one at all.

    In training, y is float32 (n, 11) or (n, columns, 11); the last value is the probability that it is a digit.
    `synthesis.crops` defines the labels. A letter that looks like a digit, such as an O, is learnt as a
    digit with probability 0.5, and if it is one, as a 0.
    """

    name = CLASSIFY_OR_REJECT
    samples = "crops"
    answers = 2

    def calibrate(self, recipe: Recipe, answers: Answers, write: WriteTemperature, validation: Dataset) -> Calibrated:
        """Do the same as `Classify`, and fit the ``is_digit`` probability below which an image is rejected."""
        temperature, thresholds = super().calibrate(recipe, answers, write, validation)
        cuts = joined(list(self.training_examples(validation, recipe.seed, VALIDATION_FRACTION)))
        digits = cuts.images[cuts.labels < NOT_A_DIGIT]
        return temperature, thresholds | {DIGIT_FROM: float(np.quantile(answers(digits)[1], _DIGITS_REFUSED))}

    def _lost(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        smoothing = recipe.label_smoothing * _OF_BEING_A_DIGIT
        # both rows are all 0 for a non-digit
        label = ops.one_hot(labels, 10) + _LOOK_ALIKE * ops.one_hot(labels - LOOKS_LIKE, 10)
        is_digit = ops.sum(label, axis=1) * (1 - smoothing) + smoothing / 2
        output = y[:, 10]
        yes, no = ops.log(output + recipe.epsilon), ops.log(1 - output + recipe.epsilon)
        return self._lost_of(recipe, label, y) - ops.sum(is_digit * yes + (1 - is_digit) * no)

    def correct(self, labels: Any, y: Any) -> Any:
        """Return the same as `Classify`; a look-alike may be taken for its digit or rejected."""
        alike, predicted = ops.cast(labels, "int32") - LOOKS_LIKE, self._predicted(_averaged(y))
        none_or_alike = ops.logical_or(predicted == NOT_A_DIGIT, predicted == alike)
        right = ops.logical_and(alike >= 0, none_or_alike)
        return ops.maximum(super().correct(labels, y), ops.cast(right, "float32"))

    def _predicted(self, y: Any) -> Any:
        return ops.where(y[:, 10] < 0.5, NOT_A_DIGIT, super()._predicted(y))


def _by_column(labels: Any, y: Any) -> tuple[int, int, Any, Any]:
    """Return the number of images and columns, and labels and y with one row per column of each image."""
    count, columns, labels = labels.shape[0], 1, ops.cast(labels, "int32")
    if len(y.shape) == 3:
        columns = y.shape[1]
        labels, y = ops.repeat(labels, columns, axis=0), ops.reshape(y, (-1, y.shape[2]))
    return count, columns, labels, y


def _averaged(y: Any) -> Any:
    """Average the columns of a network that has several."""
    return ops.mean(y, axis=1) if len(y.shape) == 3 else y


def _mean(recipe: Recipe, total: Any, count: int) -> Any:
    return total / count if recipe.loss == "mean" else total


class Detect(Task):
    """Where on a page there are digits: contrast maps, float32 (n, h, w), height and width divisible by 8.

    The target is a small peak at the centre of each digit, on the map of its class. The maps are four times coarser
    than the page. This is CenterNet (Zhou et al., 2019), scaled down for digits.
    """

    name = DETECT
    samples = "pages"
    input_shape = (None, None, 1)
    answers = 0

    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the focal loss of the maps plus the error of the boxes, divided by the number of digits plus one.

        Labels are float32 (n, 20, 5), from `composer.pack`; y is float32 (n, h, w, 14): ten logits, then x and
        y relative to the cell's centre, log width and log height, in cells.
        """
        peaks, is_digit, nearest = _peaks(labels, y)
        digit, wanted_boxes = labels[..., 0], _boxes(labels, nearest, y)
        classes = ops.one_hot(ops.cast(ops.maximum(digit, 0), "int32"), 10) * is_digit[..., None]
        # peaks of one class do not add up: the highest counts
        wanted = ops.max(peaks[..., None] * classes[:, :, None, None, :], axis=1)
        scores, boxes = y[..., :10], y[..., 10:]
        log_p, log_not_p = -ops.softplus(-scores), -ops.softplus(scores)
        p = ops.sigmoid(scores)
        at_top = ops.cast(wanted > 0.999, "float32")
        focal = at_top * (1 - p) ** 2 * log_p + (1 - at_top) * (1 - wanted) ** 4 * p**2 * log_not_p
        height = ops.max(peaks, axis=1)
        near = height * ops.cast(height > _NEAR, "float32")
        off = ops.sum(ops.abs(boxes - wanted_boxes), axis=-1) * near
        count = ops.sum(is_digit) + 1
        return (-ops.sum(focal) + _BOX_WEIGHT * ops.sum(off) / 4) / count

    def correct(self, labels: Any, y: Any) -> Any:
        """Return the fraction of each page's digits that are found at their centre: float32 (n,)."""
        return _fraction_found(labels, y, _FOUND)

    def accuracy(self, labels: NDArray[np.float32], outputs: NDArray[np.float32]) -> float:
        """Return the fraction of the digits that are found; `outputs` holds probabilities, shapes as for `loss`."""
        digits = np.sum(labels[..., 0] >= 0, axis=1)
        return float(np.sum(np.asarray(_fraction_found(labels, outputs, 0.3)) * digits) / max(digits.sum(), 1))

    def evaluation_examples(self, dataset: Dataset, seed: int) -> Examples:
        """Compose pages from a dataset's digits."""
        return joined(list(self.training_examples(dataset, seed, VALIDATION_FRACTION)))

    def comparison_examples(self, dataset: Dataset) -> Examples:
        """Lay a dataset's images out on pages."""
        return Examples(*composer.lay_out(dataset.images, dataset.labels))


def _fraction_found(labels: Any, y: Any, threshold: float) -> Any:
    """Return the fraction of each page's digits found at their centre with the right class; without digits, 1."""
    peaks, is_digit, _ = _peaks(labels, y)
    tops = ops.cast(peaks > 0.999, "float32")
    scores = ops.sum(tops[..., None] * y[:, None, :, :, :10], axis=(2, 3))
    is_found = ops.logical_and(
        ops.argmax(scores, axis=-1) == ops.cast(labels[..., 0], "int32"), ops.max(scores, axis=-1) > threshold
    )
    correct, count = ops.sum(ops.cast(is_found, "float32") * is_digit, axis=1), ops.sum(is_digit, axis=1)
    return ops.where(count > 0, correct / ops.maximum(count, 1), 1.0)


def _peaks(labels: Any, y: Any) -> tuple[Any, Any, Any]:
    """Return each digit's peak (n, 20, h, w), which rows are digits (n, 20), and whose peak is highest per cell."""
    is_digit = ops.cast(labels[..., 0] >= 0, "float32")
    rows, columns = ops.arange(y.shape[1], dtype="float32"), ops.arange(y.shape[2], dtype="float32")
    middle_x = ops.floor((labels[..., 1] + labels[..., 3] / 2) / CELL)[..., None]
    middle_y = ops.floor((labels[..., 2] + labels[..., 4] / 2) / CELL)[..., None]
    wide = ops.maximum(labels[..., 3] * (_HILL / CELL), _MIN_HILL)[..., None]
    high = ops.maximum(labels[..., 4] * (_HILL / CELL), _MIN_HILL)[..., None]
    horizontal = ops.exp(-0.5 * ((columns - middle_x) / wide) ** 2)
    vertical = ops.exp(-0.5 * ((rows - middle_y) / high) ** 2)
    peaks = vertical[..., :, None] * horizontal[..., None, :] * is_digit[..., None, None]
    return peaks, is_digit, ops.argmax(peaks, axis=1)


def _boxes(labels: Any, nearest: Any, y: Any) -> Any:
    """Return for each cell the target box: that of the digit with the highest peak there."""
    x, top, width, height = (labels[..., column] for column in range(1, 5))
    boxes = ops.stack([x + width / 2, top + height / 2, width, height], axis=-1) / CELL
    chosen = ops.matmul(ops.one_hot(ops.reshape(nearest, (-1, y.shape[1] * y.shape[2])), composer.MAX_DIGITS), boxes)
    chosen = ops.reshape(chosen, (-1, y.shape[1], y.shape[2], 4))
    columns = ops.arange(y.shape[2], dtype="float32")[None, None, :] + 0.5
    rows = ops.arange(y.shape[1], dtype="float32")[None, :, None] + 0.5
    sizes = ops.log(ops.maximum(chosen[..., 2:], 1e-3))
    return ops.concatenate(
        [(chosen[..., 0] - columns)[..., None], (chosen[..., 1] - rows)[..., None], sizes], axis=-1
    )


class DetectLines(Task):
    """Where lines are on a picture: grey, float32 (n, h, w), height and width divisible by 32.

    The targets are maps of the cores of lines, of their digits' height, and of printed lines. A line of writing is
    found as one connected piece of its core (after text detection by segmentation, as in Liao et al., 2020), whose
    cells also tell how high its digits are.
    """

    name = DETECT_LINES
    input_shape = (None, None, 1)
    answers = 0

    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the error of the cores (cross-entropy, and the overlap that is missing), of heights and of ruling.

        Labels are uint8 (n, h / 4, w / 4, 3), from `line_maps.draw_maps`; y is float32 (n, h / 4, w / 4, 3): the
        logit of the core, the height in doublings from 16 pixels, and the logit of a printed line.
        """
        core, in_band, height, printed, known = _targets(labels)
        near = 1 + _AROUND * in_band
        of_core = _cross_entropy(core, y[..., 0]) * near
        p = ops.sigmoid(y[..., 0])
        shared, both = ops.sum(p * core * near), ops.sum((p + core) * near)
        overlap = 1 - (2 * shared + 1) / (both + 1)
        off = ops.sum(ops.abs(y[..., 1] - height) * core) / (ops.sum(core) + 1)
        of_ruling = _cross_entropy(printed, y[..., 2]) * (1 + 3 * printed) * known
        return 4 * ops.mean(of_core) + overlap + _HEIGHT_WEIGHT * off + _RULING_WEIGHT * ops.mean(of_ruling)

    def correct(self, labels: Any, y: Any) -> Any:
        """Return how much of each picture's cores is found, as intersection over union: float32 (n,)."""
        return _overlap(labels, y, 0.0)

    def accuracy(self, labels: NDArray[np.uint8], outputs: NDArray[np.float32]) -> float:
        """Return the intersection over union of cores, averaged over pictures; `outputs` holds probabilities."""
        return float(np.mean(np.asarray(_overlap(labels, outputs, 0.5))))

    def evaluation_examples(self, dataset: Dataset, seed: int) -> Examples:
        """Compose photographs from a dataset."""
        return Examples(*line_maps.compose_block(Material(dataset), [seed, _VALIDATION_STREAM], _VALIDATION_PICTURES))

    def stream(self, dataset: Dataset, seed: int, rows: int, blocks: int) -> Stream:
        """Compose photographs during a training."""
        return Stream(line_maps.compose_block, Material(dataset), seed, rows, blocks)

    def comparison_examples(self, dataset: Dataset) -> Examples:
        """Lay a dataset's images out in lines."""
        return Examples(*line_maps.lay_out(dataset.images))


def _targets(labels: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Return the core, the band around it, the height in doublings from 16 pixels, the ruling, where it is known."""
    maps = ops.cast(labels, "float32")
    in_band = ops.cast(maps[..., 1] > 0, "float32")
    known = ops.cast(maps[..., 2] != line_maps.UNKNOWN, "float32")
    printed = ops.minimum(maps[..., 2] / 160, 1.0)
    return maps[..., 0] / 255, in_band, maps[..., 1] / line_maps.LEVELS - 2, printed, known


def _cross_entropy(wanted: Any, logits: Any) -> Any:
    return ops.softplus(logits) - wanted * logits


def _overlap(labels: Any, y: Any, threshold: float) -> Any:
    """Return intersection over union of the cores of each picture: float32 (n,); 1 where there is none of either."""
    core = ops.cast(labels[..., 0] >= 128, "float32")
    predicted = ops.cast(y[..., 0] > threshold, "float32")
    shared, either = ops.sum(core * predicted, axis=(1, 2)), ops.sum(ops.maximum(core, predicted), axis=(1, 2))
    return ops.where(either > 0, shared / ops.maximum(either, 1), 1.0)


class RecogniseLine(Task):
    """The text of a line: strips of contrast maps, float32 (n, 48, w), width divisible by 4.

    Labels do not say where on a strip each character is: the loss sums over all alignments of the text to the columns
    (connectionist temporal classification; Graves et al., 2006).
    """

    name = RECOGNISE_LINE
    samples = "lines"
    input_shape = (HEIGHT, None, 1)
    answers = 0

    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the negative log probability of the texts, averaged over the strips.

        Labels are int8 (n, k): indices in `CLASSES`, padded with -1; y is float32 (n, columns, 17): logits, the blank
        last.
        """
        lengths = ops.sum(ops.cast(labels >= 0, "int32"), axis=1)
        texts = ops.maximum(ops.cast(labels, "int32"), 0)
        nothing = -ops.sum(ops.log_softmax(y, axis=-1)[..., BLANK], axis=1)
        # one backend rejects an empty text, which has only one alignment
        some = lengths > 0
        negative = _ctc(texts, ops.maximum(lengths, 1), y)
        return ops.mean(ops.where(some, negative, nothing))

    def correct(self, labels: Any, y: Any) -> Any:
        """Return 1 for each strip whose text is exactly right by greedy decoding, else 0: float32 (n,)."""
        best = ops.argmax(y, axis=-1)
        before = ops.concatenate([ops.full_like(best[:, :1], BLANK), best[:, :-1]], axis=1)
        kept = ops.logical_and(best != before, best != BLANK)
        count = ops.cumsum(ops.cast(kept, "int32"), axis=1)
        labels = ops.cast(labels, "int32")
        last = ops.clip(count - 1, 0, labels.shape[1] - 1)
        wanted = ops.take_along_axis(labels, last, axis=1)
        agree = ops.all(ops.logical_or(ops.logical_not(kept), ops.cast(best, "int32") == wanted), axis=1)
        complete = count[:, -1] == ops.sum(ops.cast(labels >= 0, "int32"), axis=1)
        return ops.cast(ops.logical_and(agree, complete), "float32")

    def accuracy(self, labels: NDArray[np.int8], outputs: NDArray[np.float32]) -> float:
        """Return the fraction of strips whose text is exactly right."""
        return float(np.mean(np.asarray(self.correct(labels, outputs))))

    def evaluation_examples(self, dataset: Dataset, seed: int) -> Examples:
        """Compose lines, each in its own row, so that each counts."""
        if dataset.displays is not None:
            return Examples(*compose_block(Material(dataset), [seed, _VALIDATION_STREAM], _VALIDATION_DISPLAYS, True))
        return joined(list(compose("separate lines", dataset, seed, VALIDATION_FRACTION)))

    def stream(self, dataset: Dataset, seed: int, rows: int, blocks: int) -> Stream:
        """Compose lines during a training."""
        return Stream(compose_block, Material(dataset), seed, rows, blocks)

    def comparison_examples(self, dataset: Dataset) -> Examples:
        """Lay a dataset's images out in lines."""
        return Examples(*strips.lay_out(dataset.images, dataset.labels))


def _ctc(texts: Any, lengths: Any, y: Any) -> Any:
    if keras.backend.backend() != "tensorflow":
        columns = ops.full((y.shape[0],), y.shape[1], dtype="int32")
        return ops.ctc_loss(texts, y, lengths, columns, mask_index=BLANK)
    import tensorflow as tf

    # ten times faster than the kernel that Keras uses
    positions = tf.where(tf.sequence_mask(lengths, tf.shape(texts)[1]))
    negative, _ = tf.raw_ops.CTCLoss(
        inputs=tf.transpose(y, (1, 0, 2)),
        labels_indices=positions,
        labels_values=tf.gather_nd(texts, positions),
        sequence_length=tf.fill([tf.shape(y)[0]], tf.shape(y)[1]),
        ctc_merge_repeated=True,
    )
    return negative


TASKS: Mapping[str, Task] = {
    task.name: task for task in (Classify(), ClassifyOrReject(), Detect(), DetectLines(), RecogniseLine())
}
"""All tasks, by name.

>>> list(TASKS)
['classify', 'classify-or-reject', 'detect', 'detect-lines', 'recognise-line']
"""
