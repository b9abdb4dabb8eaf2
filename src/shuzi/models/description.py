"""A model's card in words: the facts that `shuzi models describe` and a published model show."""

from __future__ import annotations

from pathlib import Path

from shuzi.data import registers
from shuzi.data.strokes import CITATION
from shuzi.messages import say
from shuzi.models.card import (
    DIGIT_FROM,
    LICENCES,
    MNIST,
    MODEL,
    OWN,
    REGISTERS,
    STROKES,
    UNSURE_BELOW,
    Card,
)
from shuzi.models.score import Measured
from shuzi.models.tasks import CLASSIFIER, CLASSIFY, DETECTOR, RECOGNISER

MEASURES = {DETECTOR: "finds", RECOGNISER: "reads"}
"""The catalogue keys of the scores of models other than classifiers."""

_SHOWN = 16  # characters of a hash
_INPUTS = {CLASSIFIER: "images", DETECTOR: "pages", RECOGNISER: "strips"}
_PARTS = {
    CLASSIFIER: ("test", "validation", "training", "own", "own-before", "validation-before"),
} | dict.fromkeys(MEASURES, ("validation", "training"))


def describe_card(card: Card, path: Path) -> list[tuple[str, str]]:
    """Return the card's contents in words, each with its name in the catalogues."""
    measure = MEASURES.get(card.kind, "accuracy")
    libraries = [f"{name} {card.versions[name]}" for name in ("shuzi", "keras", "python") if name in card.versions]
    outputs = [say(f"models.output.{each.name}", size=each.shape[-1]) for each in card.outputs]
    return [
        ("file", f"{path}  {describe_size(path.stat().st_size)}"),
        ("task", card.task),
        ("recipe", card.name),
        ("parameters", f"{card.parameters:,}"),
        ("input", say(f"models.input.{_INPUTS[card.kind]}", version=card.normalization)),
        *(("output", each) for each in outputs),
        *((measure, describe_score(part, score, card.kind)) for part, score in card.scores.items()),
        *(_confidence(card) if card.kind == CLASSIFIER else []),
        *(("data", each) for each in _data(card)),
        ("licence", describe_licence(card)),
        ("versions", " · ".join([card.backend, *libraries])),
        ("weights", say("models.sha256", sha256=card.weights[:_SHOWN])),
        ("command", card.command or say("models.command.none")),
    ]


def describe_licence(card: Card) -> str:
    """Return the card's licence in words."""
    known = LICENCES.get(card.licence)
    return say(f"models.licence.{known}", citation=CITATION, registers=registers.CITATION) if known else card.licence


def _data(card: Card) -> list[str]:
    """Return a model's training data, each source with its hash."""
    composed = "" if card.task == CLASSIFY else "composed_"
    rows = []
    for source in card.data:
        sha256 = next(iter(source.sha256.values()), "")[:_SHOWN]
        kind, _, name = source.name.partition(" ")
        if kind == MODEL:
            rows.append(say("models.data.model", name=name, sha256=sha256))
        elif source.name in (STROKES, REGISTERS):
            rows.append(say(f"models.data.{source.name}", sha256=sha256, licence=source.licence))
        elif source.name in (MNIST, OWN):
            rows.append(say(f"models.data.{composed}{source.name}", sha256=sha256))
        else:  # only a later shuzi knows it
            rows.append(f"{source.name} (SHA-256 {sha256}…), {source.licence}")
    return rows


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
    """Return a number of bytes in kB or MB.

    >>> describe_size(33_900), describe_size(2_700_000)
    ('34 kB', '2.7 MB')
    """
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
