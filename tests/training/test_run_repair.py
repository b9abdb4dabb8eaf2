"""A damaged export is made again from the checkpoint."""

import shutil

import pytest

from shuzi.data.dataset import Dataset, Splits
from shuzi.errors import ModelError, RunError
from shuzi.synthesis.examples import compose
from shuzi.training.events import Composing
from shuzi.training.recipe import recipe
from shuzi.training.run import repair, run
from shuzi.training.run_folder import RunFolder

SOFTMAX = recipe("softmax")


def _flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: (path / "model.onnx").unlink(),
        lambda path: (path / "model.onnx").write_bytes(b""),
        lambda path: _flip(path / "model.onnx", 20_000),
        lambda path: _flip(path / "model.keras", 20_000),
        lambda path: (path / "card.json").write_text("{"),
        lambda path: (path / "card.json").write_text((path / "card.json").read_text().replace("softmax", "mlp")),
    ],
    ids=["lost", "empty", "a bit of the weights", "a bit of the .keras", "half a card", "another card"],
)
@pytest.mark.parametrize("how", ["repair", "resume"])
def test_a_damaged_export_is_made_again_bit_for_bit_from_the_checkpoint(
    finished_run, mnist, tmp_path, damage, how, go_on
):
    path = tmp_path / "run"
    shutil.copytree(finished_run(steps=30), path)
    before = {name: (path / name).read_bytes() for name in ("model.onnx", "card.json", "metrics.jsonl")}
    damage(path)
    if how == "repair":
        assert repair(RunFolder.open(path), mnist) == 30
    else:
        assert go_on(path, mnist)
    assert {name: (path / name).read_bytes() for name in before} == before
    assert repair(RunFolder.open(path), mnist) is None


def test_a_failed_repair_explains_why(finished_run, mnist, tmp_path):
    shutil.copytree(finished_run(steps=30), tmp_path / "run")
    folder = RunFolder.open(tmp_path / "run")
    (folder.path / "model.onnx").unlink()
    recipe_text = folder.recipe_file.read_text()
    folder.recipe_file.write_text(recipe_text.replace("steps = 30", "steps = 40"))
    with pytest.raises(ModelError, match="is not finished"):
        repair(folder, mnist)
    folder.recipe_file.write_text(recipe_text)
    (checkpoint_file,) = folder.checkpoints.iterdir()
    _flip(checkpoint_file, 20_000)
    with pytest.raises(RunError, match=r"step-00000030\.npz is damaged"):
        repair(folder, mnist)
    checkpoint_file.unlink()
    with pytest.raises(RunError, match=r"no checkpoint in .* to export from"):
        repair(folder, mnist)


@pytest.mark.slow
def test_a_detector_is_repaired_without_composing_its_training_pages(mnist, tmp_path):
    few = Splits(
        *(Dataset(each.images[:60], each.labels[:60]) for each in (mnist.train, mnist.validation, mnist.test))
    )
    chosen = recipe("detector").changed(steps=2, batch_size=4)
    folder = RunFolder.create(tmp_path / "run", chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shuzi.training.tasks.compose", lambda *a: compose(*a[:3], a[3] / 8_000))
        assert run(folder, chosen, few)
        told = []
        before = (folder.path / "model.onnx").read_bytes()
        (folder.path / "model.onnx").unlink()
        assert run(folder, chosen, few, [told.append])
    assert not [event for event in told if isinstance(event, Composing)]
    assert (folder.path / "model.onnx").read_bytes() == before
