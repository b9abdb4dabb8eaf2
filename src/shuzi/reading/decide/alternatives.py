"""Texts of parts and their probabilities become the most probable whole texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shuzi.reading.decide.decide_thresholds import LEAST_ALTERNATIVE, MOST_ALTERNATIVES

Choices = Sequence[tuple[str, float]]
"""What a part may say, and the probability of each."""


def on_lines(lines: Iterable[Iterable[Choices]]) -> list[Choices]:
    r"""Put the ends of lines between the parts of each.

    >>> on_lines([[[("1", 1.0)]], [[("2", 1.0)]]])
    [[('1', 1.0)], [('\n', 1.0)], [('2', 1.0)]]
    """
    parts: list[Choices] = []
    for index, line in enumerate(lines):
        parts += [[("\n", 1.0)], *line] if index else line
    return parts


def most_probable(parts: Iterable[Choices], most: int = MOST_ALTERNATIVES) -> list[tuple[str, float]]:
    """Return the most probable ways to choose a text for each part, joined, the best one first.

    >>> best = most_probable([[("1", 0.6), ("7", 0.4)], [("0", 0.9), ("6", 0.1)]], most=3)
    >>> [(text, round(probability, 2)) for text, probability in best]
    [('10', 0.54), ('70', 0.36), ('16', 0.06)]
    """
    best = [("", 1.0)]
    for part in parts:
        likely = sorted(part, key=_least_probable_last)[:most]
        longer = [(text + more, before * probability) for text, before in best for more, probability in likely]
        best = sorted(longer, key=_least_probable_last)[:most]
    return best


def best_products(parts: Iterable[Choices], confidence: float) -> tuple[tuple[str, float], ...]:
    """Return the best texts of independent parts; the first gets the confidence, the others in proportion to it.

    >>> best = best_products([[("1", 0.6), ("7", 0.3), ("2", 0.1)]], 0.5)
    >>> [(text, round(probability, 2)) for text, probability in best]
    [('1', 0.5), ('7', 0.25), ('2', 0.08)]
    """
    (text, highest), *others = most_probable(parts)
    scale = confidence / max(highest, LEAST_ALTERNATIVE)
    scale = min(scale, (1 - confidence) / max(sum(probability for _, probability in others), LEAST_ALTERNATIVE))
    return (text, confidence), *_worth_naming((other, probability * scale) for other, probability in others)


def shared_out(texts: Sequence[tuple[str, float]], confidence: float, others: float) -> tuple[tuple[str, float], ...]:
    """Give the first text the confidence; the others share what is left of 1 as their probabilities say.

    Parameters
    ----------
    texts
        Texts and their raw probabilities, the best one first.
    confidence
        The probability that the first one is right.
    others
        The probability that one of the others is right if the first one is not.
    """
    if not texts:
        return ()
    rest = sum(probability for _, probability in texts[1:])
    scale = (1 - confidence) * others / rest if rest > 0 else 0.0
    # no other text may be called more probable than the one that was chosen
    named = ((text, min(probability * scale, confidence)) for text, probability in texts[1:])
    return ((texts[0][0], confidence), *_worth_naming(named))


def _worth_naming(texts: Iterable[tuple[str, float]]) -> Choices:
    """Leave out texts that are too improbable to be named."""
    return [(text, probability) for text, probability in texts if probability >= LEAST_ALTERNATIVE]


def _least_probable_last(text: tuple[str, float]) -> float:
    return -text[1]
