import json

import numpy as np
import pytest
from scipy import stats

from shuzi.messages import speaking
from shuzi.scale import sweep_report
from shuzi.scale.sweep_plan import Decision, Plan, Record
from shuzi.scale.sweep_report import quantile, summary
from shuzi.training.recipe import recipe


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 29, 30, 499, 9_999])
def test_the_quantile_is_that_of_student_s_t(freedom):
    assert quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)


def test_a_summary_is_what_others_calculate():
    accuracies = np.random.default_rng(0).normal(0.9, 0.01, 7)
    found = summary(list(accuracies))
    assert found.mean == pytest.approx(accuracies.mean())
    assert found.deviation == pytest.approx(accuracies.std(ddof=1))
    low, high = stats.t.interval(0.95, 6, loc=accuracies.mean(), scale=stats.sem(accuracies))
    assert found.interval == pytest.approx((low, high))


def test_a_single_accuracy_has_no_spread():
    found = summary([0.5])
    assert (found.n, found.mean, found.deviation, found.interval) == (1, 0.5, None, None)


@pytest.fixture
def swept(tmp_path):
    """A sweep in which one of six trials went on to the end, and one failed."""
    plan = Plan(recipe("softmax").changed(steps=400), 3, {"learning_rate": (0.001, 0.5)}, first=100)
    record = Record(tmp_path)
    for seed, accuracy in enumerate((0.9, 0.92, 0.91)):
        record.add(Decision(f"learning_rate=0.001,seed={seed}", 100, accuracy, goes_on=seed == 1))
    for seed in (0, 1):
        record.add(Decision(f"learning_rate=0.5,seed={seed}", 100, 0.3))
    problem = ("error.training.loss", {"step": 7, "loss": "nan", "rate": 0.5})
    record.add(Decision("learning_rate=0.5,seed=2", 100, None, problem=problem))
    record.add(Decision("learning_rate=0.001,seed=1", 400, 0.95))
    return tmp_path, plan, record


def test_a_mean_of_survivors_is_marked_as_a_selection(swept):
    folder, plan, record = swept
    sweep_report.write(folder, plan, record, {})
    rows = json.loads((folder / sweep_report.JSON_FILE).read_text(encoding="utf-8"))["rows"]
    assert [(each["settings"]["learning_rate"], each["steps"], each["n"], each["seeds"]) for each in rows] == [
        (0.001, 100, 3, 3),
        (0.001, 400, 1, 3),
        (0.5, 100, 2, 3),
        (0.5, 400, 0, 3),
    ]
    assert rows[0]["mean"] == pytest.approx(0.91)
    assert rows[0]["accuracies"] == {"0": 0.9, "1": 0.92, "2": 0.91}
    assert (rows[1]["mean"], rows[1]["interval"], rows[3]["mean"]) == (0.95, None, None)
    marks = [sweep_report.cells(each)[2] for each in sweep_report.rows(plan, record)]
    assert marks == ["3/3", "1/3 *", "2/3 *", "0/3"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("mean", "stopped early", "failed")), ("zh", ("平均", "提前", "失败"))]
)
def test_people_read_the_report_in_their_language(swept, language, words):
    folder, plan, record = swept
    with speaking(language):
        sweep_report.write(folder, plan, record, {"learning_rate=0.5,seed=0": "out of memory"})
    text = (folder / sweep_report.TEXT_FILE).read_text(encoding="utf-8")
    assert all(each in text for each in (*words, "91.00 %", "out of memory", "learning_rate=0.001"))


def test_a_record_without_its_last_half_line_is_read_and_continued(tmp_path):
    record = Record(tmp_path)
    record.add(Decision("seed=0", 10, 0.5, goes_on=True))
    file = tmp_path / "trials.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:20])  # the driver was killed
    again = Record(tmp_path)
    again.add(Decision("seed=1", 10, 0.6))
    assert [each.trial for each in Record(tmp_path).decisions] == ["seed=0", "seed=1"]
