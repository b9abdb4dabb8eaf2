"""What whoever starts a service decides about it: who may come, and what is offered."""

from __future__ import annotations

from dataclasses import dataclass

from shuzi.service.http.tokens import Tokens


@dataclass(frozen=True)
class Settings:
    """How a service is set up.

    Parameters
    ----------
    hosts
        Names by which the service may be called, beside those of this machine's loopback.
    proxies
        Addresses or networks of reverse proxies that are believed when they say where a request came from.
    tokens
        What opens the API; None when it is open to all who reach it.
    training, pdf, metrics
        Whether trainings, PDFs and the numbers for Prometheus are offered.
    """

    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    tokens: Tokens | None = None
    training: bool = True
    pdf: bool = True
    metrics: bool = True
