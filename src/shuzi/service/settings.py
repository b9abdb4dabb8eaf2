"""The operator's settings for a service: access and features."""

from __future__ import annotations

from dataclasses import dataclass

from shuzi.service.http.access import Tokens


@dataclass(frozen=True)
class Settings:
    """The settings of a service.

    Parameters
    ----------
    hosts
        Accepted host names, in addition to this machine's loopback.
    origins
        Other sites whose pages may use the API, such as ``https://example.org``.
    proxies
        Addresses or networks of reverse proxies that are trusted to name the client.
    tokens
        The tokens that open the API; None leaves it open to everyone who can reach it.
    training, pdf, metrics
        Whether to offer training, PDFs and metrics for Prometheus.
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    tokens: Tokens | None = None
    training: bool = True
    pdf: bool = True
    metrics: bool = True
