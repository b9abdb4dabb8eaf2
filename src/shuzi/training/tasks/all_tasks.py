"""A task's name in recipes and cards becomes the task."""

from __future__ import annotations

from collections.abc import Mapping

from shuzi.training.tasks.classification import Classify, ClassifyOrReject
from shuzi.training.tasks.detection import Detect
from shuzi.training.tasks.line_detection import DetectLines
from shuzi.training.tasks.recognition import RecogniseLine
from shuzi.training.tasks.task import Task

TASKS: Mapping[str, Task] = {
    task.name: task for task in (Classify(), ClassifyOrReject(), Detect(), DetectLines(), RecogniseLine())
}
"""All tasks, by name.

>>> list(TASKS)
['classify', 'classify-or-reject', 'detect', 'detect-lines', 'recognise-line']
"""
