"""A Dockerfile's base images, named by tags that move, get pinned to digests that do not."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

REGISTRY = "https://registry-1.docker.io"
FROM = re.compile(r"^FROM (?P<name>[a-z0-9./-]+):(?P<tag>[\w.-]+)(?P<digest>@sha256:[0-9a-f]{64})?", re.MULTILINE)
KINDS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    )
)


def unpinned(dockerfile: str) -> list[str]:
    r"""Return the base images without a digest.

    >>> unpinned("FROM node:24-slim AS page\nFROM python:3.13-slim@sha256:" + 64 * "0")
    ['node:24-slim']
    """
    return [f"{found['name']}:{found['tag']}" for found in FROM.finditer(dockerfile) if not found["digest"]]


def pinned(dockerfile: str, registry: str = REGISTRY) -> str:
    """Pin every base image to its tag's current digest; network errors are OSErrors."""

    def pin(found: re.Match[str]) -> str:
        return f"FROM {found['name']}:{found['tag']}@{digest(found['name'], found['tag'], registry)}"

    return FROM.sub(pin, dockerfile)


def digest(name: str, tag: str, registry: str = REGISTRY) -> str:
    """Ask a registry for the multi-platform digest of a tag: "sha256:…"."""
    path = name if "/" in name else f"library/{name}"
    address, headers = f"{registry}/v2/{path}/manifests/{tag}", {"Accept": KINDS}
    try:
        return _asked(address, headers)
    except urllib.error.HTTPError as refused:
        challenge = dict(re.findall(r'(\w+)="([^"]*)"', refused.headers.get("WWW-Authenticate", "")))
        if refused.code != 401 or "realm" not in challenge:
            raise
    way = f"{challenge['realm']}?service={challenge.get('service', '')}&scope=repository:{path}:pull"
    with urllib.request.urlopen(way, timeout=30) as answer:  # noqa: S310 - the registry's own words
        token = json.load(answer)["token"]
    return _asked(address, headers | {"Authorization": f"Bearer {token}"})


def _asked(address: str, headers: dict[str, str]) -> str:
    request = urllib.request.Request(address, headers=headers, method="HEAD")  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        found = answer.headers.get("Docker-Content-Digest", "")
    if not re.fullmatch("sha256:[0-9a-f]{64}", found):
        raise OSError(f"{address} has no digest")
    return str(found)
