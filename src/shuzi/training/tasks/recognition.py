"""The line recognition task: connectionist temporal classification, and the accuracy of whole texts.

Labels do not say where on a strip each character is: the loss sums over all alignments of the text to the columns
(Graves et al., 2006).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.ink.strips import HEIGHT
from shuzi.models.tasks import CLASSES, RECOGNISE_LINE
from shuzi.synthesis.examples import Examples, Lines, Stream, compose, compose_block, joined
from shuzi.synthesis.strips import lay_out
from shuzi.training.recipe import Recipe
from shuzi.training.tasks.task import VALIDATION_FRACTION, Task

NOTHING = len(CLASSES)
"""The blank: the class of a column in which no character is centred."""


class RecogniseLine(Task):
    """The text of a line: strips of contrast maps, float32 (n, 48, w), width divisible by 4."""

    name = RECOGNISE_LINE
    samples = "lines"
    input_shape = (HEIGHT, None, 1)
    answers = 0

    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the negative log probability of the texts, averaged over the strips.

        Parameters
        ----------
        recipe
            Not used.
        labels
            int8 (n, k): indices in `CLASSES`, padded with -1.
        y
            float32 (n, columns, 17): logits, the blank last.
        """
        lengths = ops.sum(ops.cast(labels >= 0, "int32"), axis=1)
        texts = ops.maximum(ops.cast(labels, "int32"), 0)
        nothing = -ops.sum(ops.log_softmax(y, axis=-1)[..., NOTHING], axis=1)
        # one backend rejects an empty text, which has only one alignment
        some = lengths > 0
        negative = _ctc(texts, ops.maximum(lengths, 1), y)
        return ops.mean(ops.where(some, negative, nothing))

    def correct(self, labels: Any, y: Any) -> Any:
        """Return 1 for each strip whose text is exactly right by greedy decoding, else 0: float32 (n,)."""
        best = ops.argmax(y, axis=-1)
        before = ops.concatenate([ops.full_like(best[:, :1], NOTHING), best[:, :-1]], axis=1)
        kept = ops.logical_and(best != before, best != NOTHING)
        count = ops.cumsum(ops.cast(kept, "int32"), axis=1)
        labels = ops.cast(labels, "int32")
        last = ops.clip(count - 1, 0, labels.shape[1] - 1)
        wanted = ops.take_along_axis(labels, last, axis=1)
        agree = ops.all(ops.logical_or(ops.logical_not(kept), ops.cast(best, "int32") == wanted), axis=1)
        complete = count[:, -1] == ops.sum(ops.cast(labels >= 0, "int32"), axis=1)
        return ops.cast(ops.logical_and(agree, complete), "float32")

    def accuracy(self, labels: NDArray[np.int8], outputs: NDArray[np.float32]) -> float:
        """Return the fraction of strips whose text is exactly right.

        >>> labels, y = np.array([[7, -1]], np.int8), np.full((1, 3, 17), -9, np.float32)
        >>> y[0, [0, 1, 2], [NOTHING, 7, 7]] = 0
        >>> RecogniseLine().accuracy(labels, y)
        1.0
        """
        return float(np.mean(np.asarray(self.correct(labels, outputs))))

    def evaluation_examples(self, dataset: Dataset, seed: int) -> Examples:
        """Compose lines, each in its own row, so that each counts."""
        return joined(list(compose("separate lines", dataset, seed, VALIDATION_FRACTION)))

    def stream(self, dataset: Dataset, seed: int, rows: int, blocks: int) -> Stream:
        """Compose lines during a training."""
        return Stream(compose_block, Lines(dataset), seed, rows, blocks)

    def comparison_examples(self, dataset: Dataset) -> Examples:
        """Lay a dataset's images out in lines."""
        return Examples(*lay_out(dataset.images, dataset.labels))


def _ctc(texts: Any, lengths: Any, y: Any) -> Any:
    if keras.backend.backend() != "tensorflow":
        columns = ops.full((y.shape[0],), y.shape[1], dtype="int32")
        return ops.ctc_loss(texts, y, lengths, columns, mask_index=NOTHING)
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
