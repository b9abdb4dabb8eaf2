"""What the tables say of readers, computed from the raw results."""

import json
from pathlib import Path

import numpy as np
import pytest

from shuzi.models.card import Score

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
RECIPES = ("softmax", "mlp", "fast", "cnn", "tiny", "best")


def raw(name):
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def percent(value, digits=2):
    return f"{100 * value:.{digits}f}"


def recipes():
    rows = []
    for name in RECIPES:
        test = raw(f"accuracy-{name}")["test"]
        shown = [percent(test[key]) for key in ("mean", "sd", "min", "max")]
        rows.append([None, *shown, str(test["seeds"])])
    test = raw("ensemble")["test"]
    return [*rows, [percent(test["mean"]), str(test["ensembles"])]]


def epochs():
    return [
        [percent(raw(name)["validation_mean"]), percent(raw(name)["test"]["mean"])]
        for name in ("accuracy-best", "accuracy-best-40-epochs")
    ]


def references():
    rows = []
    for name in ("textbook", "fastest"):
        test = raw(f"reference-{name}")["test"]
        rows.append([percent(test["mean"]), percent(test["sd"]), str(test["seeds"])])
    return [*rows, *([percent(raw(f"reference-{name}")["accuracy"]), "1"] for name in ("svm", "logistic"))]


def shipped():
    found = raw("robustness")
    kinds = [len(each) for name, each in found["accuracy"]["default"].items() if name != "undisturbed"]
    assert sum(kinds) == 30
    return [
        [
            percent(each["undisturbed"][0]),
            percent(found["mean accuracy, disturbed"][name], 1),
            str(found["models"][name]),
        ]
        for name, each in found["accuracy"].items()
    ]


def pen_strokes():
    rows = []
    for name in ("before", "without-strokes", "with-strokes", "default"):
        alone = raw(f"characters-{name}")["classifier"]
        shown = ("of them no look-alikes", "look-alikes")
        accepted = [percent(alone["accepted"][group]["accuracy"], 1) for group in shown]
        rows.append([percent(alone["digits right"]["accuracy"], 1), *accepted])
    return rows


def whole_numbers(language):
    pages, rows = raw("composed")["pages"], []
    for page in (pages["64x160"], pages["several lines"], pages["any kind"]):
        right = page["exactly right"]
        # the files store the interval's ends to four digits, too few to round again
        score = Score(round(right["share"] * right["of"]), right["of"])
        assert score.interval == pytest.approx(right["interval"], abs=5e-5)
        row = [percent(each, 1) for each in (score.accuracy, *score.interval)] + [str(score.n)]
        row += [percent(page[name]["share"], 1) for name in ("ok", "right where ok")]
        if "no digit, yet ok" in page:
            blank = page["no digit, yet ok"]
            pair = [percent(blank["share"], 1), str(blank["of"])]
            row += pair if language == "en" else pair[::-1]
        rows.append(row)
    return rows


def calibration():
    pages = raw("composed")["pages"]
    names = ("expected calibration error", "expected calibration error, with pages of no digit")
    return [
        # the files store four digits, so a 5 at the end may have been rounded either way
        [_rounded_up(100 * pages[page][name]) for name in names]
        for page in ("any kind", "64x160", "several lines")
    ]


def lines():
    rows = []
    for kind in raw("whole_numbers")["kinds"].values():
        sure = [percent(kind["right where ok"]["accuracy"], 1)] if kind["right where ok"] else []
        shares = [percent(each, 1) for each in (kind["right"]["accuracy"], kind["ok"])]
        rows.append([*shares, *sure, percent(kind["answerable"]["0.99"], 1), percent(kind["calibration error"], 1)])
    return rows


def real_numbers():
    names = "ok", "right where ok", "answerable at 99 %"
    return [
        [percent(each, 1) for each in (found["right"], *found.get("interval", ()), *(found[name] for name in names))]
        for found in raw("real-numbers")["sets"].values()
    ]


def rivals(name):
    rows = []
    for reader in raw(name)["readers"]:
        right = reader["right"]
        shares = (
            right["accuracy"],
            *right["interval"],
            reader["ok"]["accuracy"],
            reader["right_where_ok"]["accuracy"],
        )
        rows.append([*(percent(each, 1) for each in (*shares, reader["coverage_at_99"])), f"{reader['ms']:.0f}"])
    return rows


def displays():
    rows = []
    for found in raw("displays")["kinds"].values():
        shares = (found["right"]["accuracy"], *found["right"]["interval"])
        shares += found["ok"]["accuracy"], found["right where ok"]["accuracy"]
        rows.append([percent(share, 1) for share in shares])
    return rows


def photographs():
    readers = [_photographs(pages) for pages in raw("page-photographs")["pages"].values()]
    return [[*own, *others] for own, others in zip(*readers, strict=True)]


def _photographs(pages):
    def fractions(key, values):
        groups = [[page for page in pages if page[key] == value] for value in values]
        right = [sum(page["right"] for page in own) / sum(page["numbers"] for page in own) for own in groups]
        return [percent(each, 1) for each in (*right, *(np.mean([page["whole"] for page in own]) for own in groups))]

    right, numbers = (sum(page[key] for page in pages) for key in ("right", "numbers"))
    everything = [right / numbers, *Score(right, numbers).interval, np.mean([page["whole"] for page in pages])]
    return [
        [percent(each, 1) for each in everything],
        fractions("edge", ("none", "hairline", "some", "much")),
        fractions("ruling", ("bare", "ruled", "squared")),
        fractions("columns", (1, 2)),
    ]


def listed():
    rows = []
    for kind in raw("among")["kinds"].values():
        for name, found in kind.items():
            if name == "without a list":
                rows.append([percent(found["accuracy"], 1)])
            elif "consecutive" in name or "its number" in name:
                sure = found["right where answered"]["accuracy"]
                rows.append([percent(each, 1) for each in (found["best"], found["answered"], sure)])
            else:
                rows.append([percent(found["answered"], 1)])
    return rows


def corrections():
    found = raw("hand")
    return [
        [
            percent(found[name]["right"]["accuracy"], 0),
            str(found[name]["right"]["n"]),
            *(percent(each, 0) for each in found[name]["right"]["interval"]),
            percent(found[name]["harmed"]["accuracy"], 1),
        ]
        for name in ("after 1", "after 2", "after 3")
    ]


def corrections_of_numbers():
    rows = []
    for found in (raw("hand-numbers")["by triple"][f"after {count}"] for count in (1, 2, 3)):
        same, rest = found["same"], found["rest"]
        row = [percent(same["accuracy"], 0), str(same["n"]), percent(rest["accuracy"], 0), str(rest["n"])]
        rows.append([*row, *(percent(each, 0) for each in rest["interval"]), percent(found["harmed"]["accuracy"], 2)])
    return rows


def fine_tuning():
    rows = []
    for found in raw("fine-tuning")["writers"].values():
        row = [str(found["after"]["own"]["n"])]
        for name, digits in (("own", 1), ("MNIST", 2), ("non-digits accepted", 1)):
            row += [percent(found[each][name]["accuracy"], digits) for each in ("before", "after")]
            if name == "own":
                row += [percent(each, 1) for each in found["after"]["own"]["interval"]]
        rows.append(row)
    return rows


def _rounded_up(value):
    return f"{value + 1e-9:.1f}"
