"""Spikes and surges change the demand while they last, and nothing before or after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.background import Demand, DemandStep
from venues.chains.disturbed_demand import disturbed
from venues.faults import Fault, FaultKind, Faults

CHAIN = "eip155:1"
SHARES = (0.4, 0.3, 0.2, 0.1)
DEMAND = Demand(tuple(DemandStep(start, 10.0 + start, 5.0, 0.2, SHARES) for start in (0, 600, 1200)), 60_000)


def _fault(kind: FaultKind, from_ms: int, until_ms: int, percent: int, chain: str = CHAIN) -> Fault:
    return Fault(
        id=f"{kind}@{from_ms}", kind=kind, target=chain, from_ms=from_ms, until_ms=until_ms, factor_percent=percent
    )


kinds = st.sampled_from(["gas_spike", "demand_surge"])
schedules = st.lists(
    st.tuples(kinds, st.integers(-300, 2000), st.integers(1, 900), st.integers(10, 900)).map(
        lambda drawn: _fault(drawn[0], drawn[1], drawn[1] + drawn[2], drawn[3])
    ),
    max_size=4,
)


def test_demand_that_nothing_disturbs_is_left_as_it_is() -> None:
    elsewhere = Faults((_fault("gas_spike", 0, 100, 300, "eip155:901"),))

    assert disturbed(DEMAND, elsewhere, CHAIN) is DEMAND


@given(schedules, st.integers(-1000, 4000))
def test_at_every_instant_each_factor_in_force_applies_once(schedule: list[Fault], time_ms: int) -> None:
    usual, found = DEMAND.at(time_ms), disturbed(DEMAND, Faults(tuple(schedule)), CHAIN).at(time_ms)

    price = rate = 1.0
    for fault in schedule:
        if fault.covers(time_ms) and fault.kind == "gas_spike":
            price *= fault.factor_percent / 100
        elif fault.covers(time_ms):
            rate *= fault.factor_percent / 100
    assert found.level_gwei == pytest.approx(usual.level_gwei * price)
    assert found.rate_per_s == pytest.approx(usual.rate_per_s * rate)
    assert (found.spread, found.gas_shares) == (usual.spread, usual.gas_shares)


@given(schedules.filter(bool))
def test_steps_stay_in_order(schedule: list[Fault]) -> None:
    starts = [step.start_ms for step in disturbed(DEMAND, Faults(tuple(schedule)), CHAIN).steps]

    assert starts == sorted(set(starts))
