from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvernet.market_data import oracle_steps, price_bars, to_ms, to_price
from tests.venues.small_world import BUSY, L1, chain_state, make_chain, sight, truth
from venues.calls.upkeep import PostAnswer
from venues.chain_state import NO_ANSWER
from venues.chains.presets import ETHEREUM_2020
from venues.oracles.osm import HOP_MS, SecurityModule

REAL = SecurityModule(name="osm", chain=L1, steps=oracle_steps())
FIRST_MS, LAST_MS = REAL.steps[0][0], REAL.steps[-1][0]


@pytest.mark.parametrize(
    ("time", "dollars"),
    [
        ("2020-03-12T12:00:34Z", None),
        ("2020-03-12T12:00:35Z", "166.465"),
        ("2020-03-12T13:30:00Z", "166.465"),
    ],
)
def test_a_real_step_is_in_force_from_its_block_on(time: str, dollars: str | None) -> None:
    """The step at which Maker's oracle stood still on Black Thursday; the steps are those of its log."""
    price, start, _ = REAL.in_force(to_ms(time))

    assert (price == to_price("166.465")) == (dollars is not None)
    assert start <= to_ms(time)


def test_on_black_thursday_the_value_in_force_was_a_fifth_too_high() -> None:
    """At 13:30 the market was at 138 dollars and the oracle said 166.465."""
    time_ms = to_ms("2020-03-12T13:30:00Z")
    bars = price_bars()
    market = bars.prices[(time_ms - bars.start_ms) // bars.step_ms]

    assert 1.15 < REAL.in_force(time_ms)[0] / market < 1.30


def test_every_real_step_is_in_force_until_the_next() -> None:
    for (start, price), (end, _) in pairwise(REAL.steps):
        assert REAL.in_force(start)[:2] == REAL.in_force(end - 1)[:2] == (price, start)


def test_a_value_was_true_at_the_step_before() -> None:
    for (before, _), (start, _) in pairwise(REAL.steps):
        assert REAL.in_force(start)[2] == before


def test_the_first_step_covers_the_time_before_it_and_is_an_hour_old() -> None:
    price, start, taken = REAL.in_force(FIRST_MS - 10**9)

    assert (start, price) == REAL.steps[0]
    assert taken == start - HOP_MS


@given(st.integers(FIRST_MS - 10**8, LAST_MS + 10**8))
def test_the_next_poke_is_at_the_next_step(now_ms: int) -> None:
    following = REAL.next_ms(now_ms)

    later = [time for time, _ in REAL.steps if time > now_ms]
    assert following == later[0] if later else following > now_ms + 10**9


def test_a_poke_carries_the_value_of_its_step_and_bids_above_the_going_price() -> None:
    chain = make_chain(chain_state(L1), ETHEREUM_2020, BUSY)
    for _ in range(10):
        chain.produce()
    now_ms = to_ms("2020-03-12T12:00:35Z")

    (offer,) = REAL.act(sight(truth(150.0), chain), now_ms)

    assert offer.transaction.call == PostAnswer(price=to_price("166.465"), observed_ms=REAL.in_force(now_ms - 1)[1])
    assert offer.transaction.max_fee_wei == 2 * chain.fee_quantile(0.9, 20)


def test_real_pokes_arrive_on_a_busy_chain_in_their_order() -> None:
    start_ms = to_ms("2020-03-12T11:00:00Z")
    silent = replace(chain_state(L1), answer=NO_ANSWER)
    chain = make_chain(silent, ETHEREUM_2020, BUSY, start_ms=start_ms)
    seen, now_ms = [], start_ms
    for _ in range(5):
        now_ms = REAL.next_ms(now_ms)
        while chain.next_block_ms <= now_ms:
            chain.produce()
        for offer in REAL.act(sight(truth(150.0), chain), now_ms):
            chain.submit(offer.transaction)
        for _ in range(4):
            chain.produce()
        seen.append(chain.state.answer.price)

    assert seen == [price for time, price in REAL.steps if time > start_ms][:5]
