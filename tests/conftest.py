"""What every test stands on: MNIST once, and no setting of the machine it runs on."""

import functools
import os
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import settings

import shuzi
from shuzi import messages
from shuzi.data.mnist import PACKAGED

if find_spec("keras") is None:  # the core runs on Pythons for which there is no TensorFlow
    collect_ignore = ["training", "tools", "cli/test_train_command.py", "course/test_lesson_01.py"]
    collect_ignore += ["service/api/test_training.py", "service/jobs"]

settings.register_profile("shuzi", deadline=None, print_blob=True)  # the machine may be busy
settings.load_profile("shuzi")


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch):
    # how text is encoded here is left as it is, for whatever a test starts; the language is English
    encoded = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "C.UTF-8")
    for name in ("SHUZI_DATA", "SHUZI_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"LC_CTYPE": encoded, "LANG": "C.UTF-8", "LANGUAGE": "en"}.items():
        monkeypatch.setenv(name, value)
    messages.use("en")


@pytest.fixture(scope="session")
def mnist():
    """MNIST; take no batches from it, since it remembers where it is."""
    return shuzi.load_mnist(PACKAGED)


@pytest.fixture(scope="session")
def apart():
    """Tell how far images are from those they should be, in mean grey levels each, but for a shift by one pixel.

    Two images of one digit by one hand stay below 15; images of two digits are about 50 apart, seldom below 25.
    """

    def measure(found, expected):
        shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        moved = [np.roll(np.asarray(found, int), shift, (-2, -1)) for shift in shifts]
        return np.min([np.abs(each - expected).mean(axis=(-2, -1)) for each in moved], axis=0)

    return measure


@pytest.fixture(scope="session")
def training():
    """Skip what needs the extra `train` where it is not installed."""
    pytest.importorskip("keras", reason="the extra `train` is not installed")


@pytest.fixture(scope="session")
def finished_run(training, mnist, tmp_path_factory):
    """Train a recipe to its end, once for all tests; a test that changes the folder works on a copy."""

    @functools.cache
    def train(name="softmax", **changes):
        from shuzi.training.recipes import recipe
        from shuzi.training.run import run
        from shuzi.training.run_folder import RunFolder
        from shuzi.training.tensorboard import TensorBoard

        chosen = recipe(name).changed(**changes)
        folder = RunFolder.create(tmp_path_factory.mktemp("runs") / name, chosen)
        assert run(folder, chosen, mnist, [TensorBoard(folder.tensorboard)])
        return folder.path

    return train


@pytest.fixture(scope="session")
def composed_run(training, mnist, tmp_path_factory):
    """Train "reader" or "detector" for three steps on a few composed pictures, which takes seconds, and export it."""

    @functools.cache
    def train(name):
        from shuzi.synthesis.samples import crops, pages
        from shuzi.synthesis.samples.examples import Examples
        from shuzi.training.backends.prepare import prepare
        from shuzi.training.events import Done
        from shuzi.training.export.package import export
        from shuzi.training.recipes import recipe
        from shuzi.training.run_folder import RunFolder

        chosen = recipe(name).changed(steps=3, batch_size=32)
        compose = {"reader": crops, "detector": pages}[name].compose_share
        share = {"reader": 1 / 1_000, "detector": 1 / 6_000}[name]
        learnt = Examples(*compose(mnist.train.images[:300], mnist.train.labels[:300], [0], share))
        few = mnist.validation.images[:300], mnist.validation.labels[:300]
        judges = Examples(*few) if name == "reader" else Examples(*compose(*few, [1], share))
        steps = prepare(chosen, learnt)
        steps.take(0, np.arange(96, dtype=np.int32).reshape(3, 32) % len(learnt))
        steps.settle()
        accuracy, answers = steps.evaluate(judges)
        thresholds = {"unsure": 0.8125, "not-a-digit": 0.25} if name == "reader" else {}
        folder = RunFolder.create(tmp_path_factory.mktemp("runs") / name, chosen)
        chosen.save(folder.recipe_file)
        export(
            steps.model, chosen, mnist, Done(3, accuracy, "validation", judges, answers, 1.0, thresholds), folder.path
        )
        return folder.path

    return train
