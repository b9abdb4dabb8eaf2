"""What the tables say of forms, computed from the raw results."""

from reader_figures import percent, raw
from shuzi.models.card import Score


def forms():
    found = raw("forms")
    mixed, sweep = found["mixed"], found["sweep"]
    rows = []
    for kind in [*mixed["kinds"].values(), mixed["all"]]:
        sure = kind["right where ok"]
        row = [str(kind["right"]["n"]), *(percent(kind[name]["fraction"], 1) for name in ("right", "ok"))]
        rows.append([*row, percent(sure["fraction"], 2), *(f"{100 * end:.1f}" for end in sure["interval"])])
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


def filled():
    forms = raw("filled-forms")
    counts = [[form["fields"], *form["proposed"].values()] for form in forms["forms"].values()]
    counts.append([sum(column) for column in zip(*counts, strict=True)])
    rows = []
    for part, numbers in zip([*forms["forms"].values(), forms["all"]], counts, strict=True):
        row = [str(part["found"]["n"]), *map(str, numbers)]
        rows.append([*row, *(percent(part[name]["accuracy"], 1) for name in ("found", "ok", "right where ok"))])
    return rows


def labelled():
    scan, photograph = (raw("field-labels")["forms"][picture] for picture in ("scan", "photograph 1"))
    counts = [
        [own["fields"], own["proposed"], own["right"], photograph[name]["proposed"], photograph[name]["right"]]
        for name, own in scan.items()
    ]
    return [[*map(str, row)] for row in [*counts, [sum(column) for column in zip(*counts, strict=True)]]]


def ruled():
    names = ("whole grid", "right", "ok", "right where ok", "empty cells")
    results = [raw(name) for name in ("ruled-tables", "ruled-tables-thirds", "ruled-tables-numbers")]
    return [[str(found["tables"]), *(percent(found[name]["accuracy"], 1) for name in names)] for found in results]


def drawn():
    kinds, parts = [*raw("drawn-tables")["kinds"].values()], ("right", "ok", "right where ok")
    counts, rows, scores = [], [], []
    for found in kinds:
        counts.append(
            [
                found["tables"],
                _count(found["whole grid"]),
                found["whole, no doubt"],
                found["another grid without a word"],
            ]
        )
        right, *sure = (percent(found[part]["accuracy"], 1) for part in parts if found[part]["n"])
        rows.append([*map(str, counts[-1]), right, str(found["right"]["n"]), *sure])
    for part in parts:
        told = [found[part] for found in kinds if found[part]["n"]]
        score = Score(sum(map(_count, told)), sum(each["n"] for each in told))
        scores += [percent(figure, 1) for figure in (score.accuracy, *score.interval)]
    return [*rows, [*(str(sum(numbers)) for numbers in zip(*counts, strict=True)), *scores]]


def _count(score):
    return round(score["accuracy"] * score["n"])
