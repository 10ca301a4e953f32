from dataclasses import replace

import pytest

from intents.assets import USDC_UNIT
from solvers.routing.layers import Schedule, Transfer, broken_plan, ends_ms, plan
from tests.solvers.small_market import AWAY, HOME, dollars, snapshot, view
from venues.bridges import BridgePort
from venues.graph import LiquidityGraph

THIRD = "eip155:42161"
MINUTE = 60_000


def port(name: str, source: str, target: str, minutes: float, **terms: int) -> BridgePort:
    usual = {"liquidity": dollars(1_000_000), "fee_ppm": 1000, "fixed_fee": dollars(1)}
    delay = {"delay_ms": round(minutes * MINUTE / 2), "p99_ms": round(minutes * MINUTE)}
    return BridgePort(id=name, chain=source, peer=target, **(usual | delay | terms))  # type: ignore[arg-type]


def both(name: str, source: str, target: str, minutes: float, **terms: int) -> tuple[BridgePort, BridgePort]:
    return port(name, source, target, minutes, **terms), port(name, target, source, minutes, **terms)


def world(*bridges: tuple[BridgePort, BridgePort]) -> LiquidityGraph:
    ends = [end for pair in bridges for end in pair]
    views = [view(c, (), [e for e in ends if e.chain == c], gas_gwei=0.0) for c in (HOME, AWAY, THIRD)]
    return LiquidityGraph(snapshot(*views))


def schedule(minutes: float, **cash: float) -> Schedule:
    at = {HOME: cash.get("home", 0.0), AWAY: cash.get("away", 0.0), THIRD: cash.get("third", 0.0)}
    return Schedule(
        within_ms=round(minutes * MINUTE),
        inclusion_ms={HOME: MINUTE, AWAY: MINUTE, THIRD: MINUTE},
        cash={chain: dollars(amount) for chain, amount in at.items()},
    )


DIRECT = both("direct", HOME, AWAY, 20)
FIRST, SECOND = both("first", HOME, THIRD, 3), both("second", THIRD, AWAY, 4, fixed_fee=dollars(5))


def test_cash_at_hand_needs_no_transfer() -> None:
    assert plan(world(DIRECT), schedule(5, away=100), {AWAY: dollars(99)}) == ()


def test_a_transfer_departs_now_and_counts_inclusion_and_the_late_percentile() -> None:
    (sent,) = plan(world(DIRECT), schedule(30, home=500), {AWAY: dollars(100)})

    assert isinstance(sent, Transfer)
    assert (sent.bridge, sent.source, sent.target, sent.departs_ms, sent.arrives_ms) == (
        "direct",
        HOME,
        AWAY,
        0,
        21 * MINUTE,
    )
    assert sent.cash / USDC_UNIT == pytest.approx(101 / 0.999, rel=1e-4)
    assert ends_ms(schedule(30), (sent,), [AWAY]) == 22 * MINUTE


def test_two_quick_hops_are_taken_where_the_direct_way_is_too_slow() -> None:
    """Minutes: 1 + 3 to the third chain, 1 + 4 on from there, 1 to deliver."""
    found = plan(world(DIRECT, FIRST, SECOND), schedule(10, home=500), {AWAY: dollars(100)})
    late = plan(world(DIRECT, FIRST, SECOND), schedule(9.9, home=500), {AWAY: dollars(100)})

    assert isinstance(found, tuple)
    assert [(each.bridge, each.departs_ms, each.arrives_ms) for each in found] == [
        ("first", 0, 4 * MINUTE),
        ("second", 4 * MINUTE, 9 * MINUTE),
    ]
    assert isinstance(late, str)


def test_the_cheaper_way_is_taken_where_there_is_time_for_both() -> None:
    found = plan(world(DIRECT, FIRST, SECOND), schedule(60, home=500), {AWAY: dollars(100)})

    assert isinstance(found, tuple)
    assert [each.bridge for each in found] == ["direct"]


def test_what_one_bridge_cannot_carry_another_brings() -> None:
    small = both("small", HOME, AWAY, 5, liquidity=dollars(60))
    found = plan(world(DIRECT, small), schedule(30, home=500), {AWAY: dollars(300)})

    assert isinstance(found, tuple)
    assert {each.bridge for each in found} >= {"direct"}
    assert plan(world(small), schedule(30, home=500), {AWAY: dollars(300)}) == "no cash arrives in time: infeasible"


def test_cash_that_is_not_there_cannot_be_sent() -> None:
    assert isinstance(plan(world(DIRECT), schedule(30, home=50), {AWAY: dollars(100)}), str)


def test_a_chain_that_takes_longer_than_the_deadline_is_none() -> None:
    found = plan(world(DIRECT), schedule(0.5, home=500), {HOME: 0})

    assert found == f"nothing gets into {HOME} within 30000 ms"


def test_a_plan_is_checked_in_whole_numbers() -> None:
    snap, terms = world(DIRECT).snapshot, schedule(30, home=500)
    (sent,) = plan(world(DIRECT), terms, {AWAY: dollars(100)})
    assert isinstance(sent, Transfer)
    wrong = {
        "lacks": replace(sent, cash=dollars(600), fee=DIRECT[0].fee(dollars(600))),
        "no bridge": replace(sent, bridge="other"),
        "that fee": replace(sent, fee=sent.fee - 1),
        "does not arrive": replace(sent, arrives_ms=sent.arrives_ms - 1),
    }

    assert broken_plan(snap, terms, (sent,), {AWAY: dollars(100)}) is None
    assert "lacks" in (broken_plan(snap, terms, (sent,), {AWAY: dollars(101)}) or "")
    for words, each in wrong.items():
        assert words in (broken_plan(snap, terms, (each,), {AWAY: dollars(100)}) or "")


def test_more_than_lies_at_the_far_end_is_not_carried() -> None:
    tight = both("direct", HOME, AWAY, 20, liquidity=dollars(90))
    (sent,) = plan(world(DIRECT), schedule(30, home=500), {AWAY: dollars(100)})
    assert isinstance(sent, Transfer)

    assert "more than lies" in (broken_plan(world(tight).snapshot, schedule(30, home=500), (sent,), {}) or "")
