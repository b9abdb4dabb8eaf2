import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from shuzi.data.collection import STROKES
from shuzi.data.dataset import Dataset, Splits
from shuzi.data.formats import save_dataset
from shuzi.models.card import OF_MNIST, Card
from shuzi.models.session import Session
from shuzi.models.store import FORMATS, shipped
from shuzi.reading.reader import load

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("given", [["models"], ["models", "list"]])
def test_the_shipped_models_are_listed_with_size_and_accuracy(shuzi, given):
    ended = shuzi(*given)
    head, *lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert head.split() == ["name", "parameters", "size", "accuracy", "(95%", "interval)"]
    assert [line.split()[0] for line in lines] == list(shipped())
    (softmax,) = [line for line in lines if line.startswith("softmax")]
    assert re.fullmatch(
        r"softmax +7,850 +3\d kB +91\.\d\d% \(9\d\.\d\d% to 9\d\.\d\d%\) on 10000 test images *", softmax
    )


@pytest.mark.parametrize("given", [["models", "--json"], ["models", "list", "--json"], ["models", "--json", "list"]])
def test_as_json_each_model_is_an_object_a_line(shuzi, given):
    found = [json.loads(line) for line in shuzi(*given).out.splitlines()]
    assert [each["name"] for each in found] == list(shipped())
    for each in found:
        path = shipped()[each["name"]]
        card = Session(path).card
        assert {name: each[name] for name in ("accuracy", "n", "interval")} == card.scores[each["part"]]
        assert (each["recipe"], each["parameters"]) == (card.name, card.parameters)
        assert (each["bytes"], each["path"]) == (path.stat().st_size, str(path))


def test_the_card_is_put_into_words(shuzi):
    ended = shuzi("models", "describe", "softmax")
    assert ended.code == 0
    said = " ".join(ended.out.split())
    for words in (
        "7,850",
        "float32 (n, 28, 28)",
        "probabilities, float32 (n, 10)",
        "on 10000 test images",
        "answers to a single image with a probability below",
        "MNIST training images (SHA-256 8804912bf8d33af4",
        "CC BY-SA 3.0, Yann LeCun",
        "TensorFlow 2.",
        "shuzi train softmax --seed 0",
    ):
        assert words in said


def test_in_chinese_it_is_chinese(shuzi, composed_run):
    runs = {"softmax": "softmax"} | {name: composed_run(name) for name in ("reader", "detector")}
    for given in (["models"], *(["models", "describe", run] for run in runs.values())):
        ended = shuzi("--lang", "zh", *given)
        assert ended.code == 0
        # a paper's title stays in its language, wherever its lines break
        title = r"\s+".join(map(re.escape, STROKES.citation.split()))
        for line in re.sub(title, "", ended.out).splitlines()[1:]:
            assert not re.search(
                r"(?<![-\w])[a-z]{2,}(?: [a-z]{2,}){2,}", re.sub("shuzi (train|models calibrate)", "", line)
            )


def test_a_reader_is_described_with_both_outputs_and_all_its_thresholds(shuzi, composed_run):
    said = " ".join(shuzi("models", "describe", composed_run("reader")).out.split())
    for words in (
        "input images, float32 (n, 28, 28)",
        "task classify-or-reject",
        "output probabilities, float32 (n, 10)",
        "is_digit, float32 (n, 1): the probability that it is a digit at all",
        "features, float32 (n, 384): its last hidden layer",
        "whole text the confidence is not calibrated",
        "on 300 validation images",
        "unsure answers to a single image with a probability below 81.25% are unreliable",
        "not a digit if is_digit is below 25.00%",
        "pages composed from MNIST training images (SHA-256 8804912bf8d33af4",
        "shuzi train reader --steps 3 --batch-size 32 --seed 0",
    ):
        assert words in said


def test_a_detector_is_described_by_what_it_finds_and_no_confidence(shuzi, composed_run):
    ended = shuzi("models", "describe", composed_run("detector"))
    score = Session(composed_run("detector") / "model.onnx").card.scores["validation"]
    said = " ".join(ended.out.split())
    for words in (
        "input pages, float32 (n, h, w): contrast maps of writing",
        "output places, float32 (n, h/4, w/4, 14)",
        f"digits found {score['accuracy']:.2%} (",
        f"of the digits on {score['n']} pages composed from validation images",
    ):
        assert words in said
    names = {line.split("  ")[0] for line in ended.out.splitlines()}
    assert not names & {"accuracy", "temperature", "unsure", "no digit"}


def test_a_detector_among_the_shipped_models_is_listed_by_what_it_finds(shuzi, composed_run, tmp_path, monkeypatch):
    """The folder of shipped models is replaced by one with two models, as `make ship` would put them there."""
    from shuzi.models import store

    for name, path in (("default", shipped()["softmax"]), ("detector", composed_run("detector") / "model.onnx")):
        (tmp_path / f"{name}.onnx").write_bytes(path.read_bytes())
    monkeypatch.setattr(store, "SHIPPED", tmp_path)
    score = Session(tmp_path / "detector.onnx").card.scores["validation"]
    _, default, detector = shuzi("models").out.splitlines()
    assert re.search(r"^default .* on 10000 test images *$", default)
    assert detector.rstrip().endswith(f"finds {score['accuracy']:.2%} of digits on {score['n']} composed pages")
    kinds = [json.loads(line) for line in shuzi("models", "--json").out.splitlines()]
    assert {each["name"]: each["kind"] for each in kinds} == {"default": "classifier", "detector": "detector"}
    ended = shuzi("evaluate", "detector")
    assert (ended.code, ended.out) == (1, "")
    assert "detector.onnx is a detector: it finds digits but does not tell which they are" in ended.err


def test_json_is_the_card(shuzi, finished_run):
    for model in ("softmax", finished_run()):
        (line,) = shuzi("models", "describe", model, "--json").out.splitlines()
        assert Card.from_json(line, model) == load(model).card
    assert shuzi("models", "--json", "describe", finished_run()).out.strip() == line


@pytest.mark.usefixtures("training")
def test_a_model_of_own_pictures_with_odd_values_is_described_too(shuzi, mnist, tmp_path):
    save_dataset(tmp_path / "own.npz", Dataset(mnist.test.images[:5], mnist.test.labels[:5]))
    shuzi("train", "mlp", "--data", tmp_path / "own.npz", "--steps", 3, "--hidden", 4, "--out", tmp_path / "run")
    said = " ".join(shuzi("models", "describe", tmp_path / "run").out.split())
    assert "images it was trained on" in said
    assert "own pictures (SHA-256" in said
    assert "decided by the owner of the pictures" in said
    assert "shuzi train mlp --steps 3 --hidden 4 --seed 0 --data data.npz" in said


@pytest.mark.usefixtures("training")
@pytest.mark.parametrize("form", FORMATS)
def test_an_export_says_what_was_measured(shuzi, tmp_path, monkeypatch, form):
    monkeypatch.chdir(tmp_path)
    out = f"new/digits{FORMATS[form]}"
    ended = shuzi("models", "export", "softmax", "--format", form, "--out", out)
    first, second = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(rf"Exported to {out} \({form}, \d+ kB\)", first)
    assert re.fullmatch(
        r"Accuracy on the 10000 MNIST test images: (91\.\d\d%); the network itself: \1\. "
        r"Different answers: 0; largest difference in probability: (0|\d(\.\d)?e-\d\d)\.",
        second,
    )
    assert [each.name for each in (tmp_path / "new").iterdir()] == [f"digits{FORMATS[form]}"]


def test_an_export_as_json_has_the_same_numbers(shuzi, finished_run, tmp_path):
    out = tmp_path / "digits.tflite"
    ended = shuzi("models", "export", finished_run(), "--format", "litert", "--out", out, "--json")
    found = json.loads(ended.out)
    score = load(finished_run()).card.scores["test"]
    assert found["accuracy"] == found["accuracy_of_network"] == score["accuracy"]
    assert (found["n"], found["others"], found["path"], found["format"]) == (10_000, 0, str(out), "litert")
    assert found["bytes"] == out.stat().st_size
    assert 0 <= found["difference"] < 1e-5


@pytest.mark.slow
def test_an_export_of_a_detector_says_what_both_find(shuzi, composed_run, mnist, tmp_path, monkeypatch):
    few = Splits(mnist.train, mnist.validation, Dataset(mnist.test.images[:1_000], mnist.test.labels[:1_000]))
    monkeypatch.setattr("shuzi.data.mnist.load_mnist", lambda *_, **__: few)
    out = tmp_path / "detector"
    ended = shuzi("models", "export", composed_run("detector"), "--format", "savedmodel", "--out", out)
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(
        r"Of the 1000 MNIST test images, composed into 100 pages, it finds (\d+\.\d\d%); "
        r"the network itself finds \1\. Largest difference between the maps: (0|\d(\.\d)?e-\d\d)\.",
        ended.out.splitlines()[1],
    )
    again = shuzi("models", "export", composed_run("detector"), "--format", "onnx", "--out", f"{out}.onnx", "--json")
    found = json.loads(again.out)
    assert (found["kind"], found["n"], found["pages"]) == ("detector", 1_000, 100)
    assert found["accuracy"] == found["accuracy_of_network"]
    assert "others" not in found


@pytest.mark.usefixtures("training")
def test_the_exported_onnx_is_a_model_again(shuzi, mnist, tmp_path):
    assert shuzi("models", "export", "softmax", "--format", "onnx", "--out", tmp_path / "mine.onnx").code == 0
    images = mnist.test.images[:100]
    np.testing.assert_array_equal(load(tmp_path / "mine.onnx").classify(images), load("softmax").classify(images))
    assert load(tmp_path / "mine.onnx").card.licence == OF_MNIST


def test_work_that_fails_says_so_in_one_line_and_leaves_nothing(shuzi, finished_run, tmp_path):
    (tmp_path / "taken.keras").write_text("mine", "utf-8")
    (tmp_path / "wrong.onnx").write_text("no model", "utf-8")
    before = set(tmp_path.iterdir())
    for model, form, out in (
        (tmp_path / "none", "onnx", tmp_path / "a.onnx"),
        (tmp_path / "wrong.onnx", "onnx", tmp_path / "a.onnx"),
        (finished_run(), "keras", tmp_path / "taken.keras"),
        (finished_run(), "keras", tmp_path / "a.h5"),
        (finished_run(), "savedmodel", tmp_path),
    ):
        ended = shuzi("models", "export", model, "--format", form, "--out", out)
        assert (ended.code, ended.out) == (1, "")
        assert re.fullmatch(r"Error: [^\n]+\n", ended.err)
    assert set(tmp_path.iterdir()) == before
    assert (tmp_path / "taken.keras").read_text("utf-8") == "mine"
    ended = shuzi("models", "describe", tmp_path / "none")
    assert (ended.code, ended.out) == (1, "")


@pytest.mark.slow
def test_a_reader_is_calibrated_for_its_partners_and_says_when_it_has_others(
    shuzi, composed_run, mnist, pen_strokes, tmp_path
):
    run, detector, line = tmp_path / "run", composed_run("detector"), composed_run("line")
    shutil.copytree(composed_run("reader"), run)
    weights = load(run).card.weights
    picture = tmp_path / "picture.png"
    sheet = np.full((60, 90), 255, np.uint8)
    sheet[10:38, 20:48] -= mnist.test.images[0]
    Image.fromarray(sheet).save(picture)
    note = "Note: this model's confidence in complete numbers is not calibrated"
    assert note in shuzi("read", picture, "--model", run).err
    partners = ("--detector", detector, "--line", line)
    ended = shuzi("models", "calibrate", run, *partners, "--pages", 30)
    assert (ended.code, ended.out) == (1, "")
    assert "--strokes" in ended.err  # lines are composed of them
    pen_strokes.save(tmp_path / "pens.npz")
    ended = shuzi("models", "calibrate", run, *partners, "--pages", 30, "--strokes", tmp_path / "pens.npz")
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(r"Calibrated on 30 composed pictures: .* .*% or more\. Saved in .*\n", ended.out)
    card = load(run).card
    assert card.weights == weights
    assert json.loads((run / "card.json").read_text()) == json.loads(card.to_json())
    assert card.calibration.partners == {
        name: Session(path / "model.onnx").card.weights for name, path in (("detector", detector), ("line", line))
    } | {"line-detector": Session(shipped()["line-detector"]).card.weights}
    assert (card.calibration.pages, card.calibration.seed) == (30, 0)
    assert card.calibration.strokes
    assert load(run, detector, line).calibrated
    assert not load(run, detector).calibrated
    assert not load(run).calibrated
    assert note in shuzi("read", picture, "--model", run).err  # uses the shipped detector
    said = " ".join(shuzi("models", "describe", run).out.split())
    assert f"calibrated with detector {card.calibration.partners['detector'][:16]}…" in said
    assert load().calibrated


def test_a_shipped_model_is_not_calibrated_anew(shuzi):
    before = shipped()["softmax"].read_bytes()
    ended = shuzi("models", "calibrate", "softmax", "--pages", 1)
    assert (ended.code, ended.out) == (1, "")
    assert "softmax comes with shuzi and cannot be changed" in ended.err
    assert shipped()["softmax"].read_bytes() == before


def test_a_damaged_run_is_repaired_and_a_sound_one_is_left_alone(shuzi, finished_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(finished_run(), run)
    assert shuzi("models", "repair", run).out == f"The model in {run} is intact; there is nothing to repair.\n"
    before = (run / "model.onnx").read_bytes()
    (run / "model.onnx").write_bytes(before[:20_000])
    ended = shuzi("models", "describe", run)
    assert (ended.code, ended.out) == (1, "")
    ended = shuzi("models", "repair", run)
    assert (ended.code, ended.out) == (0, f"Exported again from the checkpoint at step 2000: {run}\n")
    assert (run / "model.onnx").read_bytes() == before
    ended = shuzi("models", "repair", tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert "is not a run folder" in ended.err


@pytest.mark.usefixtures("training")
def test_whichever_backend_is_set_the_export_is_tensorflows(run_alone, tmp_path):
    ended = run_alone("models", "export", "softmax", "--format", "savedmodel", "--out", "digits", KERAS_BACKEND="jax")
    assert (ended.code, ended.err) == (0, "")
    assert (tmp_path / "digits" / "saved_model.pb").is_file()


def test_without_tensorflow_the_line_that_installs_it_is_named_and_the_rest_works(run_alone):
    """Python is told that the library is missing, as if the extra were not installed."""
    blocked = ["tensorflow", "keras", "onnx"]
    program = f"import sys; sys.modules.update(dict.fromkeys({blocked})); from shuzi.cli import main; main()"
    ended = run_alone("models", "export", "softmax", "--format", "keras", "--out", "a.keras", program=("-c", program))
    assert (ended.code, ended.out) == (1, "")
    assert re.fullmatch(
        r'Error: Converting a model needs tensorflow, .*/pip install "\.\[train\]" \(or .*\)\n', ended.err
    )
    for given in (["models"], ["models", "describe", "softmax"]):
        assert run_alone(*given, program=("-c", program)).code == 0


@pytest.mark.parametrize("name", ["default", "line", "line-detector", "display"])
def test_what_a_shipped_model_learnt_from_is_said_once_in_the_readers_words(shuzi, name):
    facts = shuzi("models", "describe", name, "--lang", "zh").out
    rows = re.split(r"\n(?=\S)", facts)
    learnt = ["".join(row.split()[1:]) for row in rows if row.startswith("训练数据")]
    assert learnt
    assert len(learnt) == len(set(learnt))
    assert all(re.match("[^(（]*[\u4e00-\u9fff]", row) for row in learnt)
