"""A client's quota is that of its address and refills as time goes by; who is no longer there is forgotten."""

import pytest

from shuzi.service import limits
from shuzi.service.limits import Limits, Quota, Quotas

LIMITS = Limits(client_explained=10, client_explained_rate=2.0)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told to go on."""
    now = [1_000.0]
    monkeypatch.setattr(limits, "monotonic", lambda: now[0])

    def go_on(seconds):
        now[0] += seconds

    return go_on


def test_an_allowance_refills_at_its_rate_up_to_its_most(clock):
    quota = Quota("192.0.2.1", LIMITS)
    assert quota.wait == 0.0
    quota.explain(10)
    assert quota.wait == 0.5  # for one digit, at two a second
    quota.explain(5)  # into debt
    assert quota.wait == 3.0
    clock(2.5)
    assert quota.wait == 0.5
    clock(0.5)
    assert quota.wait == 0.0
    clock(1_000)
    quota.explain(9)
    assert quota.wait == 0.0
    quota.explain(1)
    assert quota.wait == 0.5


@pytest.mark.parametrize("name", ["requests", "held"])
def test_a_client_is_idle_only_if_it_uses_nothing_and_owes_nothing(clock, name):
    quota = Quota("192.0.2.1", LIMITS)
    assert quota.idle
    setattr(quota, name, 1)
    assert not quota.idle
    setattr(quota, name, 0)
    quota.explain(1)
    assert not quota.idle
    clock(0.5)
    assert quota.idle


def test_a_household_shares_a_quota():
    known = Quotas(LIMITS)
    assert known.of("2001:db8::1") is known.of("2001:db8::ffff:ffff:ffff:ffff")
    assert known.of("2001:db8::1") is not known.of("2001:db8:0:1::1")
    assert known.of("::ffff:192.0.2.1") is known.of("192.0.2.1")
    assert known.of("192.0.2.1") is not known.of("192.0.2.2")
    assert known.of("unix") is known.of("unix")


def test_idle_clients_are_forgotten_where_there_are_many_and_no_others(clock, monkeypatch):
    monkeypatch.setattr(limits, "_SWEPT", 3)
    known = Quotas(LIMITS)
    idle, busy, owing = (known.of(f"192.0.2.{number}") for number in range(3))
    busy.requests = 1
    owing.explain(1)
    known.of("192.0.2.9")
    assert known.of("192.0.2.1") is busy
    assert known.of("192.0.2.2") is owing
    assert known.of("192.0.2.0") is not idle
