"""What models can do: each task's name, and the kind of model that does it."""

from __future__ import annotations

from collections.abc import Mapping

CLASSIFY = "classify"
"""Which digit an image holds."""

CLASSIFY_OR_REJECT = "classify-or-reject"
"""Which digit an image holds, and whether it holds one at all."""

DETECT = "detect"
"""Where on a page there are digits."""

RECOGNISE_LINE = "recognise-line"
"""What a whole line says: digits, marks, and where other signs stand."""

CLASSIFIER, DETECTOR, RECOGNISER = "classifier", "detector", "line recogniser"

KINDS: Mapping[str, str] = {
    CLASSIFY: CLASSIFIER,
    CLASSIFY_OR_REJECT: CLASSIFIER,
    DETECT: DETECTOR,
    RECOGNISE_LINE: RECOGNISER,
}
"""The kind of model that does each task: what a person chooses among."""
