"""Value under many mixes of faults: every block of every one is counted."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.auction.disturbed import Award, awards, schedules
from tests.auction.test_disturbed import check
from venues.faults import Fault

EXAMPLES = 200
LEAST_BLOCKS = 10_000


@pytest.mark.proof
def test_value_is_conserved_through_any_sequence_of_faults() -> None:
    counted: list[int] = []

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(faults=schedules(), due=awards(), proves=st.booleans())
    def holds(faults: tuple[Fault, ...], due: list[Award], *, proves: bool) -> None:
        counted.append(check(faults, due, proves=proves))

    holds()
    print(f"{sum(counted):,} blocks in {len(counted)} mixes of faults")  # noqa: T201  the proof's result
    assert sum(counted) >= LEAST_BLOCKS
