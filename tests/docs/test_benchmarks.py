"""Every figure in the tables of docs/benchmarks is computed from the raw results."""

import json
import math
import re
from pathlib import Path

import pytest

from shuzi.models.score import Score

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
PAGES = {"en": ROOT / "docs" / "benchmarks.md", "zh": ROOT / "docs" / "benchmarks.zh.md"}
PLACES = ("file", "file before", "folder", "served")
RECIPES = ("softmax", "mlp", "fast", "cnn", "tiny", "best")

pytestmark = pytest.mark.skipif(not RESULTS.exists(), reason="a source distribution has no raw results")


def raw(name):
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def figures(row):
    """Return the numbers in a table row, without the first cell, which names the measurement."""
    cells = row.strip("|").split("|")[1:]
    # code is a name: /v1/read is not a figure
    return [found.replace(",", "") for cell in cells for found in re.findall(r"\d[\d,]*(?:\.\d+)?", _bare(cell))]


def _bare(cell):
    return re.sub(r"`[^`]*`|float32|bfloat16", "", cell)


def tables(language):
    """Return the rows of each table in a page, without the header."""
    text = PAGES[language].read_text("utf-8")
    found = re.findall(r"^\|.*\n\| --- .*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[figures(row) for row in table.splitlines()] for table in found]


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
    names = ("ok", "right where ok", "answerable at 99 %", "right before")
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


def forms():
    found = raw("forms")
    mixed, sweep = found["mixed"], found["sweep"]
    rows = []
    for kind in [*mixed["kinds"].values(), mixed["all"]]:
        sure = kind["right where ok"]
        row = [str(kind["right"]["n"]), *(percent(kind[name]["fraction"], 1) for name in ("right", "ok"))]
        row += [percent(sure["fraction"], 2), *(f"{100 * end:.1f}" for end in sure["interval"])]
        rows.append([*row, *([f"{kind['ms']['median']:.0f}"] if "ms" in kind else [])])
    bands = [
        [
            str(band["right"]["n"]),
            *(percent(band[name]["fraction"], 1) for name in ("right", "ok")),
            percent(band["wrong and ok"]["fraction"], 2),
        ]
        for band in sweep["bands"].values()
    ]
    return rows, bands


def ticks():
    found, rows = raw("ticks"), []
    pens = [found["groups"][f"pen {pen}"] for pen in ("ballpoint", "gel", "felt", "pencil", "thin pencil")]
    for part in (*found["sheets"].values(), *pens, found["all"]):
        boxes, sure = part["boxes right"], part["right where ok"]
        row = [str(boxes["n"]), percent(boxes["fraction"]), str(part["right"]["n"])]
        row += [percent(part[name]["fraction"], 1) for name in ("right", "ok")]
        rows.append([*row, percent(sure["fraction"]), *(f"{100 * end:.1f}" for end in sure["interval"])])
    return rows


def traced():
    found = raw("traced-forms")
    off = found["mm off, worst field of a sheet"]
    placed = [percent(found[name]["accuracy"], 1) for name in ("found", "within 2 mm")]
    refused = [percent(found[name]["accuracy"], 1) for name in ("foreign refused", "revised refused")]
    right = [percent(found[name]["accuracy"], 1) for name in ("right", "ok")]
    sure, empty = percent(found["right where ok"]["accuracy"]), percent(found["empty cells"]["accuracy"], 1)
    return (
        [[str(found["sheets"]), *placed, f"{off['median']:.2f}", f"{off['95 %']:.2f}", *refused]],
        [[*right, sure, empty, f"{found['ms']['median']:.0f}"]],
    )


def ruled():
    names = ("whole grid", "right", "ok", "right where ok", "empty cells")
    results = [raw(name) for name in ("ruled-tables", "ruled-tables-thirds", "ruled-tables-numbers")]
    return [[str(found["tables"]), *(percent(found[name]["accuracy"], 1) for name in names)] for found in results]


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


def before_and_now():
    found = raw("speed-reading-before")
    names = ("a drawing of 28x28", "a strip of 64x160", "a real strip", "a photo of 640x480 with six digits")
    return [
        [*(f"{found[name]['ms'][one]:.1f}" for one in ("now", "0.1")), f"{found[name]['ratio']:.2f}"]
        for name in names
    ]


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


def training_times():
    fast, cnn, softmax = raw("speed-fast"), raw("speed-cnn"), raw("speed-softmax")["ratios to numpy"]
    return [
        [f"{fast['ratio to the float32 rival']:.2f}"],
        [f"{fast['ratio to the bfloat16 rival']:.2f}"],
        [f"{cnn['ratios to the bare step']['with augmentation']:.2f}"],
        [f"{cnn['ratios to no augmentation']['with augmentation']:.2f}"],
        [f"{softmax['naive tensorflow']:.1f}"],
        [f"{softmax['shuzi, steps alone']:.1f}"],
        [f"{softmax['shuzi, whole training']:.1f}"],
    ]


def reading_times():
    network, reading, http, start = (
        raw(name) for name in ("inference-reader", "speed-reading", "speed-http", "speed-softmax")
    )
    one, many = network["one image, one core"], network["10,000 images, two cores"]
    post, starts = "POST /v1/read, raw body", start["start, ratios to python"]
    return [
        [
            f"{1000 * sorted(one['seconds']['shuzi'])[3]:.2f}",
            f"{one['ratios to bare']['shuzi']:.2f}",
            f"{one['ratios to bare']['keras.Model.predict']:.0f}",
        ],
        [f"{many['ratios to the best bare']['shuzi']:.2f}"],
        [f"{reading['a drawing of 28x28']['ms']['shuzi']:.1f}"],
        [f"{reading['a photo of 640x480 with six digits']['ms']['shuzi']:.0f}"],
        [f"{reading['pages of 64x160']['a loop, as a multiple of read_many']:.2f}"],
        [
            str(http["pictures a second"][post]),
            f"{http['share of the loop'][post]:.2f}",
            f"{http['share of read_many'][post]:.2f}",
        ],
        [f"{reading['the whole process']['ratios']['shuzi read']:.2f}"],
        [f"{starts['shuzi --help']:.1f}"],
        [f"{starts['shuzi data info']:.0f}"],
    ]


def costly():
    found = raw("costly-pictures")
    pictures = {name: picture["photographs"] for name, picture in found["pictures"].items()}
    named = (
        "chequerboard of 4 px, 7000x7000",
        "111,000 dots of 2x2 px",
        "5,000 dots",
        "2,000 dots",
        "noise, 2000x2000",
    )
    dearest = max(pictures.values()), max(found["mixtures"]["photographs"])
    return [[str(cost)] for cost in (*(pictures[name] for name in named), *dearest)]


def page_runtimes():
    rows = raw("page-runtimes")["milliseconds of processor time"]
    return [[f"{row['own']['median']:.1f}", f"{row['ratio']:.2f}"] for row in rows]


def page_times():
    found = raw("speed-standalone")
    names = ("ms from opening to the first reading", "ms of a photo of six digits", "ms of a drawn digit")
    return [[f"{found[place][name]['median']:,.0f}".replace(",", "") for place in PLACES] for name in names]


@pytest.mark.parametrize("language", PAGES)
def test_figures_are_those_of_the_raw_results(language):
    expected = [
        recipes(),
        epochs(),
        references(),
        shipped(),
        pen_strokes(),
        real_numbers(),
        rivals("compare-cheques"),
        rivals("compare-registers"),
        rivals("compare-formulas"),
        whole_numbers(language),
        calibration(),
        lines(),
        listed(),
        *forms(),
        ticks(),
        *traced(),
        ruled(),
        corrections(),
        corrections_of_numbers(),
        fine_tuning(),
        training_times(),
        reading_times(),
        before_and_now(),
        costly(),
        page_runtimes(),
        page_times(),
    ]
    found = tables(language)
    assert len(found) == len(expected)
    for told, computed in zip(found, expected, strict=True):
        if computed[0][0] is None:  # the test below checks the first column
            told = [row[1:] if position < len(RECIPES) else row for position, row in enumerate(told)]
            computed = [row[1:] if row[0] is None else row for row in computed]
        assert told == computed


@pytest.mark.parametrize("language", PAGES)
def test_parameters_are_those_of_the_networks(language):
    pytest.importorskip("tensorflow")
    from shuzi.training.network.architectures import build
    from shuzi.training.recipes import recipe

    told = {row[0] for row in tables(language)[0][: len(RECIPES)]}
    networks = [build(recipe(name)) for name in RECIPES]
    assert told == {str(sum(math.prod(each.shape) for each in network.trainable_weights)) for network in networks}


@pytest.mark.parametrize(("language", "name"), [("en", "README.md"), ("zh", "README.zh.md")])
def test_figures_in_readme_are_among_them(language, name):
    known = {figure for table in tables(language) for row in table for figure in row}
    text = (ROOT / name).read_text("utf-8")
    shares = re.findall(r"^\|.*?(\d+\.\d+) ?%", text, re.MULTILINE)
    assert len(shares) == 8
    assert set(shares) <= known
