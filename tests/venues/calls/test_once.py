"""Calls of which a chain carries out one."""

from hypothesis import given
from hypothesis import strategies as st

from tests.venues.calls.stage import applied, dollars, refusal, run, state
from tests.venues.small_world import L1
from venues.calls.gas import BRIDGE_GAS
from venues.calls.once import GUARD_GAS, Once
from venues.calls.upkeep import BridgeOut
from venues.chains.transaction import Applied


def way(cash: int = dollars(100), name: str = "fill/bridge") -> Once:
    """Return a transfer over the bridge that may be made once."""
    return Once(name=name, call=BridgeOut(bridge="bridge", account="solver", cash=cash))


def test_the_first_is_made_and_the_second_reverts() -> None:
    before = state(L1)

    after = applied(way(), before)

    spent = before.clearing.account("solver").cash - after.clearing.account("solver").cash
    assert spent == dollars(100)
    assert refusal(way(dollars(50)), after) == "reverted: fill/bridge was made before"
    assert isinstance(run(way(name="other/bridge"), after), Applied)


def test_what_reverts_for_its_own_reason_leaves_the_name_free() -> None:
    before = state(L1)

    assert refusal(way(cash=10**18), before).startswith("undercollateralised")
    assert isinstance(run(way(), before), Applied)


def test_it_announces_what_the_call_announces_and_costs_the_guard_more() -> None:
    outcome = run(way(), state(L1))

    assert isinstance(outcome, Applied)
    assert [log.name for log in outcome.logs] == ["Bridged"]
    assert way().gas == BRIDGE_GAS + GUARD_GAS


@given(st.lists(st.integers(1, dollars(10_000)), min_size=1, max_size=6))
def test_whatever_is_tried_at_most_one_is_made(amounts: list[int]) -> None:
    now = before = state(L1)
    for cash in amounts:
        outcome = run(way(cash), now)
        now = outcome.state if isinstance(outcome, Applied) else now

    spent = before.clearing.account("solver").cash - now.clearing.account("solver").cash
    assert spent in {0, *amounts}
    assert (spent > 0) == (len(now.made_once) == 1)
