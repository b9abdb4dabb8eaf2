import json
import re
import shutil

import pytest
from PIL import Image

from shuzi.data.dataset import Dataset
from shuzi.data.formats import save_dataset
from shuzi.reading.reader import load

pytestmark = pytest.mark.heavy


def test_a_person_reads_accuracy_tables_and_the_worst_mistakes(shuzi, finished_run):
    ended = shuzi("evaluate", finished_run())
    assert (ended.code, ended.err) == (0, "")
    first, *_ = lines = [line.strip() for line in ended.out.splitlines()]
    assert re.fullmatch(
        r"Accuracy 9\d\.\d\d% \(95% interval 9\d\.\d\d% to 9\d\.\d\d%\): 9\d\d\d of 10000 images correct", first
    )
    assert "Per digit" in lines
    assert "Confusion matrix (rows: label, columns: answer)" in lines
    assert len(re.findall(r"^  image \d+: label \d, read as \d with ", ended.out, re.MULTILINE)) == 10


def test_in_chinese_nothing_english_is_left(shuzi, finished_run):
    ended = shuzi("evaluate", "--lang", "zh", finished_run())
    assert ended.out.startswith("准确率 9")
    assert "混淆矩阵" in ended.out
    assert not re.search("[A-Za-z]", ended.out)


@pytest.mark.parametrize("inside", ["", "model.onnx"])
def test_json_is_one_line_that_agrees_with_the_card(shuzi, finished_run, inside):
    ended = shuzi("evaluate", finished_run() / inside, "--json")
    assert ended.code == 0
    (line,) = ended.out.splitlines()
    found = json.loads(line)
    card = json.loads((finished_run() / "card.json").read_text("utf-8"))
    assert {name: found[name] for name in ("accuracy", "n", "interval")} == card["scores"]["test"]
    assert (found["model"], found["parameters"]) == ("softmax", 7850)
    assert len(found["precision"]) == len(found["recall"]) == len(found["confusion"]) == 10
    assert [set(each) for each in found["mistakes"]] == [{"index", "label", "answer", "probability"}] * 20


def test_a_shipped_model_is_evaluated_by_name_and_its_score_is_that_in_its_card(shuzi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = shuzi("evaluate", "softmax", "--json")
    found = json.loads(ended.out)
    card = load("softmax").card
    assert {name: found[name] for name in ("accuracy", "n", "interval")} == card.scores["test"]
    assert "Note" not in ended.err
    (tmp_path / "softmax").mkdir()
    ended = shuzi("evaluate", "softmax", "--json")
    assert (ended.code, json.loads(ended.out)) == (0, found)
    assert ended.err == (
        'Note: "softmax" is the model that comes with shuzi. To use the file or folder of that name here, '
        "write ./softmax\n"
    )
    ended = shuzi("evaluate", "./softmax", "--json")
    assert (ended.code, ended.err[:40]) == (1, "Error: The folder softmax holds no model")


def test_without_a_model_it_is_the_default_one(shuzi):
    ended = shuzi("evaluate", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["accuracy"] == load("default").card.scores["test"]["accuracy"]


def test_digits_that_are_absent_have_no_share(shuzi, finished_run, mnist, tmp_path):
    ones = mnist.test.images[mnist.test.labels == 1][:30]
    save_dataset(tmp_path / "ones", Dataset(ones, mnist.test.labels[mnist.test.labels == 1][:30]))
    found = json.loads(shuzi("evaluate", finished_run(), "--data", tmp_path / "ones", "--json").out)
    assert [share is None for share in found["recall"]] == [digit != 1 for digit in range(10)]
    assert "–" in shuzi("evaluate", finished_run(), "--data", tmp_path / "ones").out


def test_the_report_is_written_beside_what_is_printed(shuzi, finished_run, mnist, tmp_path):
    few = tmp_path / "few.npz"
    save_dataset(few, Dataset(mnist.test.images[:200], mnist.test.labels[:200]))
    ended = shuzi("evaluate", finished_run(), "--data", few, "--json", "--report", tmp_path / "report")
    assert json.loads(ended.out)["n"] == 200
    assert ended.err == f"Report: {tmp_path / 'report' / 'index.html'}\n"
    assert (tmp_path / "report" / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_cannot_be_evaluated_is_an_error_in_one_line(shuzi, finished_run, tmp_path):
    (tmp_path / "wrong.onnx").write_text("no model", "utf-8")
    (tmp_path / "file").write_text("", "utf-8")
    for model, *given in (
        [tmp_path / "none"],
        [tmp_path],
        [tmp_path / "wrong.onnx"],
        [finished_run() / "recipe.toml"],
        [finished_run(), "--data", tmp_path / "none.npz"],
        [finished_run(), "--data-dir", tmp_path],
        [finished_run(), "--report", tmp_path / "file"],
    ):
        ended = shuzi("evaluate", model, *given)
        assert (ended.code, ended.out) == (1, "")
        assert re.fullmatch(r"Error: [^\n]+\n", ended.err)
        assert str((given or [model])[-1]) in ended.err


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "is a detector: it finds digits but does not tell"), ("zh", "是检测器，只找出数字的位置")],
)
def test_a_detector_is_not_evaluated_on_single_digits(shuzi, composed_run, tmp_path, language, told):
    """The error comes before anything is fetched or searched for: the data folder does not exist."""
    run = composed_run("detector")
    ended = shuzi("--lang", language, "evaluate", run, "--data-dir", tmp_path / "none")
    assert (ended.code, ended.out) == (1, "")
    assert re.fullmatch(r"[^\n]+\n", ended.err)
    assert f"{run / 'model.onnx'} {told}" in ended.err


def test_a_reader_is_judged_like_every_classifier(shuzi, composed_run, mnist, tmp_path):
    few = Dataset(mnist.test.images[:500], mnist.test.labels[:500])
    save_dataset(tmp_path / "few.npz", few)
    found = json.loads(shuzi("evaluate", composed_run("reader"), "--data", tmp_path / "few.npz", "--json").out)
    right = load(composed_run("reader")).classify(few.images).argmax(axis=1) == few.labels
    assert (found["accuracy"], found["n"]) == (right.mean(), 500)


def test_without_jinja_the_report_names_the_line_that_installs_it(run_alone, finished_run):
    """Python is told that the library is missing, as if the extra were not installed."""
    program = "import sys; sys.modules['jinja2'] = None; from shuzi.cli import main; main()"
    ended = run_alone("evaluate", finished_run(), "--report", "report", program=("-c", program))
    assert (ended.code, ended.out) == (1, "")
    assert re.match(r'Error: The illustrated report needs jinja2, .*pip install "\.\[train\]"', ended.err)


def test_without_the_training_extra_a_model_can_still_be_evaluated(run_alone, finished_run):
    blocked = ["tensorflow", "keras", "onnx", "jinja2", "matplotlib", "tensorboard", "tomli_w"]
    program = f"import sys; sys.modules.update(dict.fromkeys({blocked})); from shuzi.cli import main; main()"
    ended = run_alone("evaluate", finished_run(), "--lang", "zh", program=("-c", program))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("准确率 9")


@pytest.mark.usefixtures("training")
def test_pictures_that_were_learnt_from_do_not_count(shuzi, mnist, tmp_path):
    for name, count in (("many", 40), ("few", 5)):
        own = Dataset(mnist.test.images[:count], mnist.test.labels[:count])
        save_dataset(tmp_path / f"{name}.npz", own)
        shuzi("train", "--data", tmp_path / f"{name}.npz", "--steps", 50, "--out", tmp_path / name)
    judged = shuzi("evaluate", tmp_path / "many", "--data", tmp_path / "many.npz", "--json")
    assert json.loads(judged.out)["n"] == 4
    assert "held out" in judged.err
    judged = shuzi("evaluate", tmp_path / "few", "--data", tmp_path / "few.npz", "--json")
    assert json.loads(judged.out)["n"] == 5
    assert "memorised" in judged.err
    assert "MNIST test images" in shuzi("evaluate", tmp_path / "many").err


@pytest.mark.usefixtures("training")
def test_the_model_alone_knows_what_it_learnt_from(shuzi, mnist, tmp_path):
    save_dataset(tmp_path / "own.npz", Dataset(mnist.test.images[:40], mnist.test.labels[:40]))
    shuzi("train", "--data", tmp_path / "own.npz", "--steps", 50, "--out", tmp_path / "run")
    (tmp_path / "run" / "model.onnx").rename(tmp_path / "alone.onnx")
    judged = shuzi("evaluate", tmp_path / "alone.onnx", "--data", tmp_path / "own.npz", "--json")
    assert json.loads(judged.out)["n"] == 4


def test_the_score_is_kept_in_the_card_when_that_is_asked_for(shuzi, finished_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(finished_run("mlp", steps=30), run)
    before = load(run).card
    assert "test" not in before.scores
    ended = shuzi("evaluate", run, "--json", "--keep")
    assert (ended.code, ended.err) == (0, f"Saved the accuracy in the card of {run / 'model.onnx'}\n")
    found, card = json.loads(ended.out), load(run).card
    assert card.scores == {**before.scores, "test": {name: found[name] for name in ("accuracy", "n", "interval")}}
    assert card.weights == before.weights
    assert json.loads((run / "card.json").read_text()) == json.loads(card.to_json())
    (run / "model.onnx").write_bytes(b"")  # stored scores survive a repair
    assert shuzi("models", "repair", run).code == 0
    assert load(run).card == card


def test_a_score_is_kept_neither_of_other_pictures_nor_in_what_ships(shuzi, finished_run, tmp_path):
    assert shuzi("evaluate", finished_run(), "--keep", "--data", tmp_path).code == 2
    ended = shuzi("evaluate", "tiny", "--keep")
    assert (ended.code, ended.out) == (1, "")
    assert "tiny comes with shuzi and cannot be changed" in ended.err


def test_a_folder_with_a_table_is_evaluated_as_it_is(shuzi, mnist, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    labels = mnist.test.labels[:20].tolist()
    for position, image in enumerate(mnist.test.images[:20]):
        Image.fromarray(255 - image).resize((84, 84)).save(folder / f"{position}.png")
    rows = "".join(f"{position}.png,{label}\n" for position, label in enumerate(labels[:19]))
    (folder / "labels.csv").write_text(f"file,label\n{rows}", "utf-8")
    ended = shuzi("evaluate", "default", "--data", folder, "--json")
    assert (ended.code, json.loads(ended.out)["n"]) == (0, 19)
    assert "19.png" in ended.err
    (folder / "labels.csv").write_text(f"file,label\n{rows}19.png,{labels[19]}5\n", "utf-8")
    ended = shuzi("evaluate", "default", "--data", folder, "--json")
    (reader,) = json.loads(ended.out)["readers"]
    assert (ended.code, reader["right"]["n"]) == (0, 20)
    assert reader["right"]["accuracy"] <= 0.95  # the last label is false
    assert shuzi("evaluate", "default", "--data", folder, "--report", tmp_path / "report").code == 2


def test_a_mistake_in_the_table_is_an_error_in_one_line(shuzi, tmp_path):
    (tmp_path / "labels.csv").write_text("file,label\nnone.png,1\n", "utf-8")
    ended = shuzi("evaluate", "tiny", "--data", tmp_path)
    assert (ended.code, ended.out, ended.err.strip().count("\n")) == (1, "", 0)
    assert "none.png" in ended.err
