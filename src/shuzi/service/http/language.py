"""A request becomes the language of its response: from `?lang=`, else Accept-Language, else English."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl

from shuzi.messages import LANGUAGES


def asked_language(query: bytes, accepted: bytes) -> str:
    """Return the language that a request asks for.

    Parameters
    ----------
    query
        The query string.
    accepted
        The Accept-Language header, if any.

    Examples
    --------
    >>> asked_language(b"lang=zh", b"en"), asked_language(b"", b"de, zh-CN;q=0.8, en;q=0.5"), asked_language(b"", b"")
    ('zh', 'zh', 'en')
    """
    if b"lang=" in query:
        for name, value in parse_qsl(query.decode("latin-1")):
            if name == "lang" and value in LANGUAGES:
                return value
    return _preferred(accepted) if accepted else "en"


@lru_cache(maxsize=256)
def _preferred(accepted: bytes) -> str:
    """Return the supported language with the highest weight (RFC 9110, 12.5.4).

    >>> _preferred(b"en;q=0.2, zh-Hans"), _preferred(b"zh;q=0, *"), _preferred(b"fr"), _preferred(b";;q=x")
    ('zh', 'en', 'en', 'en')
    """
    weights: dict[str, float] = {}
    for preference in accepted.decode("latin-1").split(",")[:32]:
        name, _, parameter = preference.strip().partition(";")
        language = name.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            weights[language] = max(weights.get(language, 0.0), _weight(parameter))
    best = max(weights, key=weights.__getitem__, default="en")
    return best if weights.get(best) else "en"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
