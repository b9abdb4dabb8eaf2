"""A model's card in words: the facts that `shuzi models describe` shows, and a folder to publish.

The folder holds the model, a model card in Hugging Face's format, licences and sources.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.data.collection import COLLECTIONS, DISPLAYS, PAGES, REGISTERS, STROKES
from shuzi.errors import ModelError
from shuzi.messages import LANGUAGES, say, speaking
from shuzi.models.card import (
    DIGIT_FROM,
    LICENCES,
    MNIST,
    MODEL,
    OWN,
    UNSURE_BELOW,
    Card,
    Measured,
)
from shuzi.models.onnx_file import read_card, read_content
from shuzi.models.store import shipped
from shuzi.models.tasks import (
    CLASSIFIER,
    CLASSIFY,
    CLASSIFY_OR_REJECT,
    DETECT,
    DETECT_LINES,
    DETECTOR,
    LINE_DETECTOR,
    RECOGNISE_LINE,
    RECOGNISER,
)

MEASURES = {DETECTOR: "finds", LINE_DETECTOR: "finds_lines", RECOGNISER: "reads"}
"""The catalogue keys of the scores of models other than classifiers."""

HUB_MNIST = "ylecun/mnist"
"""MNIST's name on Hugging Face."""

_SHOWN = 16  # characters of a hash
_INPUTS = {CLASSIFIER: "images", DETECTOR: "pages", LINE_DETECTOR: "pictures", RECOGNISER: "strips"}
_PARTS = {
    CLASSIFIER: ("test", "validation", "training", "own", "own-before", "validation-before"),
} | dict.fromkeys(MEASURES, ("validation", "training"))
_PAGES = {"en": "README.md", "zh": "README.zh.md"}
_PIPELINES = {
    CLASSIFY: "image-classification",
    CLASSIFY_OR_REJECT: "image-to-text",
    DETECT: "object-detection",
    DETECT_LINES: "image-segmentation",
    RECOGNISE_LINE: "image-to-text",
}
_METRICS = {"accuracy": "accuracy", "finds": "recall", "finds_lines": "mean_iou", "reads": "exact_match"}
_SIZES = {
    CLASSIFY: (28, 28),
    CLASSIFY_OR_REJECT: (28, 28),
    DETECT: (64, 160),
    DETECT_LINES: (96, 160),
    RECOGNISE_LINE: (48, 160),
}
_COLLECTIONS = tuple(collection.name for collection in COLLECTIONS)


def describe_card(card: Card, path: Path) -> list[tuple[str, str]]:
    """Return the card's contents in words, each with its name in the catalogues."""
    measure = MEASURES.get(card.kind, "accuracy")
    libraries = [f"{name} {card.versions[name]}" for name in ("shuzi", "keras", "python") if name in card.versions]
    outputs = [say(f"models.output.{output.name}", size=output.shape[-1]) for output in card.outputs]
    return [
        ("file", f"{path}  {describe_size(path.stat().st_size)}"),
        ("task", card.task),
        ("recipe", card.name),
        ("parameters", f"{card.parameters:,}"),
        ("input", say(f"models.input.{_INPUTS[card.kind]}", version=card.normalization)),
        *(("output", output) for output in outputs),
        *((measure, describe_score(part, score, card.kind)) for part, score in card.scores.items()),
        *(_confidence(card) if card.kind == CLASSIFIER else []),
        *(("data", source) for source in _data(card)),
        ("licence", describe_licence(card)),
        ("versions", " · ".join([card.backend, *libraries])),
        ("weights", say("models.sha256", sha256=card.weights[:_SHOWN])),
        ("command", card.command or say("models.command.none")),
    ]


def describe_licence(card: Card) -> str:
    """Return the card's licence in words."""
    known = LICENCES.get(card.licence)
    if not known:
        return card.licence
    cited = {
        "citation": STROKES.citation,
        "registers": REGISTERS.citation,
        "pages": PAGES.citation,
        "displays": DISPLAYS.citation,
    }
    return say(f"models.licence.{known}", **cited)


def _data(card: Card) -> list[str]:
    """Return a model's training data, each source once, with its hash."""
    composed = "" if card.task == CLASSIFY else "composed_"
    rows = []
    for source in card.data:
        sha256 = next(iter(source.sha256.values()), "")[:_SHOWN]
        kind, _, name = source.name.partition(" ")
        if kind == MODEL:
            rows.append(say("models.data.model", name=name, sha256=sha256))
        elif source.name in _COLLECTIONS:
            rows.append(say(f"models.data.{source.name}", sha256=sha256, licence=source.licence))
        elif source.name in (MNIST, OWN):
            rows.append(say(f"models.data.{composed}{source.name}", sha256=sha256))
        else:  # only a later shuzi knows it
            rows.append(f"{source.name} (SHA-256 {sha256}…), {source.licence}")
    return list(dict.fromkeys(rows))


def _confidence(card: Card) -> list[tuple[str, str]]:
    """Return the facts about how reliable a classifier's confidence is."""
    warmth = "one" if card.temperature == 1 else "fitted"
    rows = [("temperature", say(f"models.temperature.{warmth}", temperature=card.temperature))]
    if (unsure := card.thresholds.get(UNSURE_BELOW)) is not None:
        never = unsure > 1
        rows.append(("unsure", say("models.unsure.always") if never else say("models.unsure.below", share=unsure)))
    if (no_digit := card.thresholds.get(DIGIT_FROM)) is not None:
        rows.append(("no_digit", say("models.no_digit.below", share=no_digit)))
    if card.calibration is None:
        rows.append(("text", say("models.text.none")))
    else:
        partners = ", ".join(f"{name} {sha256[:_SHOWN]}…" for name, sha256 in card.calibration.partners.items())
        share = card.calibration.numbers.get("text-ok", 1.0)
        rows.append(("text", say("models.text.from", share=share, partners=partners or "?")))
    return rows


def describe_score(part: str, score: Measured, kind: str = CLASSIFIER) -> str:
    """Return a score with its interval in words."""
    low, high = score["interval"]
    if part not in _PARTS[kind]:  # not measured here
        return f"{score['accuracy']:.2%} ({low:.2%} – {high:.2%}), n = {score['n']} ({part})"
    key = f"models.{MEASURES.get(kind, 'score')}.{part}"
    return say(key, accuracy=score["accuracy"], low=low, high=high, n=score["n"])


def describe_size(size: int) -> str:
    """Return a number of bytes in kB or MB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def write_upload(path: Path, target: Path) -> list[str]:
    """Write a model's folder, new or empty, with its confidence's shipped partners; return its files' names."""
    content = read_content(path)
    card = read_card(content, path)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ModelError("error.model.taken", path=target)
    name = path.name if path in shipped().values() else f"{card.name}.onnx"
    partners = _partners(card)
    files: dict[str, bytes] = {name: content}
    files |= {f"{role}.onnx": partner.read_bytes() for role, partner in partners.items()}
    cards = {file: read_card(written, file) for file, written in files.items()}
    for language in LANGUAGES:
        with speaking(language):
            page = _page(cards, path, list(partners))
            files[_PAGES[language]] = (_front_matter(cards) + page if language == "en" else page).encode()
    files["LICENSE.md"] = _licences(cards).encode()
    if text := _apache():
        files["LICENSE"] = text.encode()
    try:
        with replacing(target) as folder:
            folder.mkdir()
            for file, written in files.items():
                (folder / file).write_bytes(written)
    except OSError as problem:
        raise ModelError("error.model.unwritable", path=target, reason=problem.strerror or problem) from problem
    return sorted(files)


def _partners(card: Card) -> dict[str, Path]:
    """Return the shipped models that a reader was calibrated with, by role."""
    wanted = card.calibration.partners if card.calibration else {}
    weights = {read_card(read_content(path), path).weights: path for path in shipped().values()} if wanted else {}
    return {role: weights[sha256] for role, sha256 in wanted.items() if sha256 in weights}


def _front_matter(cards: Mapping[str, Card]) -> str:
    """Return the facts of the first card as the hub's YAML."""
    name, card = next(iter(cards.items()))
    free = all(own.licence.startswith("Apache-2.0") for own in cards.values())
    facts: dict[str, Any] = {"language": list(reversed(LANGUAGES)), "license": "apache-2.0" if free else "other"}
    if not free:
        facts |= {"license_name": "see-license-file", "license_link": "LICENSE.md"}
    facts |= {
        "library_name": "onnx",
        "pipeline_tag": _PIPELINES[card.task],
        "tags": ["shuzi", "onnx", "handwriting", "digits", "ocr"],
    }
    if any(source.name == MNIST for source in card.data):
        facts["datasets"] = [HUB_MNIST]
    if card.scores:
        facts["metrics"] = [_metric(card)]
        facts["model-index"] = [{"name": f"shuzi-{name.removesuffix('.onnx')}", "results": _results(card)}]
    # JSON is YAML
    return f"---\n{json.dumps(facts, ensure_ascii=False, indent=2)}\n---\n\n"


def _results(card: Card) -> list[dict[str, Any]]:
    results = []
    for part, score in card.scores.items():
        of_mnist = card.kind == CLASSIFIER and part == "test"
        name = f"{say(f'upload.dataset.{_dataset(card, part)}')}, n = {score['n']}"
        results.append(
            {
                "task": {"type": _PIPELINES[CLASSIFY if card.kind == CLASSIFIER else card.task]},
                "dataset": {"type": HUB_MNIST if of_mnist else "shuzi", "name": name, "split": part},
                "metrics": [{"type": _metric(card), "value": score["accuracy"]}],
            }
        )
    return results


def _dataset(card: Card, part: str) -> str:
    """Return the catalogue key of the images of a score."""
    if part.startswith("own"):
        return "own"
    return "mnist" if card.kind == CLASSIFIER else "composed"


def _metric(card: Card) -> str:
    return _METRICS[MEASURES.get(card.kind, "accuracy")]


def _page(cards: Mapping[str, Card], path: Path, partners: list[str]) -> str:
    """Return the page for people, in the current language, about the first model."""
    (name, card), *others = cards.items()
    rows = [(title, text) for title, text in describe_card(card, path) if title != "file"]
    table = "".join(f"| {say(f'models.{title}')} | {_cell(text)} |\n" for title, text in rows)
    parts = [
        f"# shuzi: {name.removesuffix('.onnx')}",
        say(f"upload.what.{card.task}"),
        f"| | |\n| --- | --- |\n{table}".rstrip(),
        *(f"`{file}`: {say(f'upload.what.{other.task}')} {_scores(other)}" for file, other in others),
        f"## {say('upload.use')}",
        *([say("upload.reading"), _code(_reading(name, partners))] if card.kind == CLASSIFIER else []),
        say("upload.alone"),
        _code(_alone(card, name)),
        f"## {say('upload.limits')}",
        say(f"upload.limits.{card.task}"),
        f"## {say('upload.sources')}",
        say("upload.licence"),
    ]
    return "\n\n".join(parts) + "\n"


def _scores(card: Card) -> str:
    return "; ".join(describe_score(part, score, card.kind) for part, score in card.scores.items())


def _reading(name: str, partners: list[str]) -> str:
    given = "".join(f', {role.replace("-", "_")}="{role}.onnx"' for role in partners)
    return (
        f'import shuzi\n\nreader = shuzi.load("./{name}"{given})\n'
        'reading = reader.read("number.png")\nprint(reading.text, reading.status, reading.confidence)'
    )


def _alone(card: Card, name: str) -> str:
    height, width = _SIZES[card.task]
    paper = {CLASSIFIER: "np.zeros", LINE_DETECTOR: "255 * np.ones"}.get(card.kind, "64 * np.ones")
    outputs = json.dumps([output.name for output in card.outputs])
    return (
        f'import numpy as np\nimport onnxruntime\n\nsession = onnxruntime.InferenceSession("{name}")\n'
        f"{card.input.name} = {paper}((1, {height}, {width}), np.float32)\n"
        f'for output in session.run({outputs}, {{"{card.input.name}": {card.input.name}}}):\n    print(output.shape)'
    )


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def _licences(cards: Mapping[str, Card]) -> str:
    """Return the licence of each model, and of each source that they learnt from, in both languages."""
    sources = {
        source.name: source.licence
        for card in cards.values()
        for source in card.data
        if source.name.partition(" ")[0] != MODEL
    }
    parts = []
    for language in reversed(LANGUAGES):
        with speaking(language):
            lines = [f"- `{file}`: {describe_licence(card)}" for file, card in cards.items()]
            named = {
                say(f"upload.source.{name}") if name in (MNIST, OWN, *_COLLECTIONS) else name: name
                for name in sources
            }
            learnt = [f"- {title}: {sources[name]}" for title, name in named.items()]
            parts += [f"# {say('upload.sources')}", "\n".join(lines), *(["\n".join(learnt)] if learnt else [])]
    return "\n\n".join(parts) + "\n"


def _apache() -> str | None:
    """Return the text of Apache-2.0, which comes with an installed shuzi."""
    try:
        return metadata.distribution("shuzi").read_text("licenses/LICENSE")
    except metadata.PackageNotFoundError:
        return None
