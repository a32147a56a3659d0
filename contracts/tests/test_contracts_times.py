from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ami_lineage_contracts.times import from_key_time, to_key_time

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds UTC


@given(MOMENTS, MOMENTS)
def test_key_times_sort_as_the_moments_do(first: datetime, second: datetime) -> None:
    assert (to_key_time(first) < to_key_time(second)) == (first < second)
    assert from_key_time(to_key_time(first)) == first


def test_a_key_time_is_utc() -> None:
    assert (
        to_key_time(datetime(2026, 11, 24, 1, tzinfo=timezone(timedelta(hours=2))))
        == "2026-11-23T23:00:00.000000Z"
    )
