from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from shuzi.errors import DataError
from shuzi.reading.meter import Meter
from shuzi.reading.result import Reading

NOON = datetime(2026, 3, 1, 12)


def read(text, status="ok"):
    return Reading(text, status, 0.9, (), ("reading.ok", {}))


def test_a_meter_does_not_go_back():
    meter = Meter.of("4711.2")
    assert [meter.check(read(text))[0].status for text in ("4711.1", "04711.2", "4711,3")] == ["unsure", "ok", "ok"]


def test_a_meter_grows_by_no_more_than_its_days_allow():
    meter = Meter(Decimal(100), Decimal("2.5"), NOON)
    for days, text, status in (
        (0.1, "102.5", "ok"),
        (1, "102.6", "unsure"),
        (4, "110", "ok"),
        (4, "110.1", "unsure"),
    ):
        assert meter.check(read(text), NOON + timedelta(days=days))[0].status == status


def test_only_what_is_sure_tells_what_the_meter_shows():
    meter = Meter.of("100", "5")
    reading, after = meter.check(read("900", "unsure"))
    assert (reading, after) == (read("900", "unsure"), meter)
    assert meter.check(read("120"))[1] == meter
    assert meter.check(read("103"))[1].last == 103


def test_the_first_reading_begins_the_meter_s_life():
    _, meter = Meter.of(max_per_day="1").check(read("37.0"))
    assert meter.check(read("39"))[0].status == "unsure"


def test_what_is_no_number_is_unsure_or_refused():
    assert Meter.of("1").check(read("12:30"))[0].status == "unsure"
    for text in ("", "four", "1.2.3", "-4"):
        with pytest.raises(DataError, match="number"):
            Meter.of(text)
