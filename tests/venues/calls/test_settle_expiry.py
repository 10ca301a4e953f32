"""The price at which an expiry is settled: the mean of the oracle's answers over the half hour before it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_expiry
from tests.venues.calls.stage import applied, run
from tests.venues.small_world import FEED, L2, MINUTE_MS, PUT, START_MS, chain_state, make_chain
from venues.calls.upkeep import PostAnswer, SettleExpiry
from venues.chain_state import Answer, ChainState
from venues.chains.transaction import Applied
from venues.keeper import ExpiryKeeper
from venues.passages import RelayRules
from venues.price_path import PricePath
from venues.pricing.smile import FLAT
from venues.truth import StepPath, Truth
from venues.world import World

EXPIRY = parse_expiry("27MAR20")
SETTLE = SettleExpiry(expiry_ms=EXPIRY, accounts=2)
HOUR_MS = 60 * MINUTE_MS


def _held(*answers: tuple[float, int]) -> ChainState:
    """Return a chain on which the trader holds a put on 140, after answers: minutes from the expiry, and dollars."""
    made = chain_state(L2, dollars=150)
    clearing = made.clearing.change("trader", positions={PUT: OPTION_UNIT})
    found = replace(made, clearing=clearing.change("maker", positions={PUT: -OPTION_UNIT}))
    for minutes, dollars in answers:
        time_ms = EXPIRY + round(minutes * MINUTE_MS)
        found = applied(PostAnswer(price=dollars * PRICE_UNIT, observed_ms=time_ms), found, time_ms)
    return found


def _price(before: ChainState, after_ms: int = 0) -> int:
    return applied(SETTLE, before, EXPIRY + after_ms).clearing.settlements[-1].price


def test_an_expiry_is_settled_at_the_mean_of_half_an_hour() -> None:
    """By hand: 130 for twenty minutes, then 100 for ten."""
    before = _held((-40, 130), (-10, 100))

    after = applied(SETTLE, before, EXPIRY)

    assert after.clearing.settlements[-1].price == 120 * PRICE_UNIT
    assert after.clearing.account("trader").cash == before.clearing.account("trader").cash + 20 * USDC_UNIT


def test_one_answer_at_the_last_moment_hardly_moves_the_price() -> None:
    """By hand: six seconds of 1,800."""
    calm, pushed = _held((-40, 130)), _held((-40, 130), (-0.1, 100))

    assert _price(calm) - _price(pushed) == 30 * PRICE_UNIT * 6 // 1800


def test_the_price_is_announced() -> None:
    outcome = run(SETTLE, _held((-40, 130), (-10, 100)), EXPIRY)

    assert isinstance(outcome, Applied)
    assert [(log.name, log.get("expiry"), log.get("price")) for log in outcome.logs] == [
        ("Expired", "27MAR20", 120 * PRICE_UNIT)
    ]


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 999)), max_size=5))
def test_who_settles_late_settles_at_the_same_price(later: list[tuple[int, int]]) -> None:
    """The half hour and another ninety minutes are what the chain remembers."""
    earlier = [(-50.0, 131), (-21.0, 127), (-3.0, 118)]

    assert _price(_held(*earlier, *sorted(later)), 90 * MINUTE_MS) == _price(_held(*earlier))


def test_an_oracle_that_is_silent_for_longer_than_the_chain_remembers_still_counts() -> None:
    assert _price(_held((-300, 130))) == 130 * PRICE_UNIT


def test_what_is_forgotten_counts_as_the_first_answer_known() -> None:
    """Settled four hours late; what is known begins after the expiry."""
    found = _held((-40, 130), (5, 100), (20, 101), (235, 102))

    assert _price(found, 4 * HOUR_MS) == 101 * PRICE_UNIT


def test_before_any_answer_of_the_window_the_first_known_counts() -> None:
    found = replace(_held(), answer=Answer(100 * PRICE_UNIT, EXPIRY - 10 * MINUTE_MS, EXPIRY))

    assert _price(applied(PostAnswer(price=90 * PRICE_UNIT, observed_ms=EXPIRY), found, EXPIRY - 5 * MINUTE_MS)) == (
        95 * PRICE_UNIT
    )


@pytest.mark.parametrize("dollars", [(140.0, 140.0, 100.0), (100.0, 140.0, 180.0), (150.0, 90.0, 150.0)])
def test_a_real_feed_leads_to_the_true_mean_and_not_to_the_price_at_the_end(dollars: tuple[float, ...]) -> None:
    """The feed follows half a per cent and 20 minutes; the market moves by a third in the half hour before expiry."""
    start_ms = EXPIRY - HOUR_MS
    bars = [round(price * PRICE_UNIT) for price in dollars]
    path = PricePath(start_ms=start_ms, step_ms=HOUR_MS // 2, bars=bars, vols=[0.0] * 2, seed=(1, "truth"))
    market = Truth(path, StepPath(start_ms, HOUR_MS, (1.0,)), FLAT)
    world = World(
        chains=[make_chain(replace(_held(), answer=Answer(bars[0], start_ms, start_ms)), start_ms=start_ms)],
        agents=[FEED, ExpiryKeeper(name="keeper", chain=L2, expiries=(EXPIRY,), retry_ms=MINUTE_MS)],
        truth=market,
        relay=RelayRules(proof_level={L2: "safe"}, proof_delay_ms=0),
        start_ms=start_ms,
    )

    world.advance(EXPIRY + MINUTE_MS)

    (settlement,) = world.state(L2).clearing.settlements
    true = sum(market.price(EXPIRY - second * 1000) for second in range(1, 1801)) // 1800
    assert settlement.price == pytest.approx(true, rel=0.006)
    assert abs(bars[-1] - true) > true // 10
    assert START_MS < settlement.time_ms <= EXPIRY + 4_000
