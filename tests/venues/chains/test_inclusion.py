"""How long inclusion takes, judged from recent blocks: against what really happens, and by hand."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.chains.conftest import BUSY, MakeChain, MakeTransaction, Purse
from venues.chains.bidding import Bidding
from venues.chains.chain import Chain
from venues.chains.inclusion import NEVER, P99, PricesThen, Wait, entry_wei, inclusion_ms, wait_quantile, waits
from venues.chains.intervals import blocks_ms, interval_ms
from venues.chains.presets import ARBITRUM, ETHEREUM_2020, ETHEREUM_TODAY, ROLLUP_2S
from venues.chains.produced import BlockSummary
from venues.faults import Fault, Faults

GWEI = 10**9
GAS = 100_000
BIDDING = Bidding(
    quantile=0.6,
    window_blocks=10,
    premium_percent=110,
    bump_after_blocks=3,
    cap_percent=200,
    base_fee_headroom_percent=300,
    tip_wei=GWEI // 100,
)
LOW_BID = replace(BIDDING, quantile=0.0, premium_percent=70)
"""Somebody who would rather wait."""

BLOCK = BlockSummary(
    number=1,
    time_ms=0,
    base_fee_wei=0,
    gas_used=9_950_000,
    count=100,
    low_wei=10 * GWEI,
    p35_wei=20 * GWEI,
    p60_wei=30 * GWEI,
    p90_wei=40 * GWEI,
    mean_wei=25 * GWEI,
    waiting=500,
)
"""A full block of 10 million gas."""


def lived(chain: Chain[Purse], blocks: int) -> Chain[Purse]:
    for _ in range(blocks):
        chain.produce()
    return chain


def really_waited(chain: Chain[Purse], bidding: Bidding, make_transaction: MakeTransaction) -> int:
    """Return the blocks after which a transaction that is sent now, and raised as it should be, is in a block."""
    offered, tip, sent, version = bidding.price(chain), bidding.tip_wei, chain.number, 0
    first, cap = chain.number, bidding.cap(offered)
    chain.submit(replace(make_transaction("0", 0), max_fee_wei=offered, tip_wei=tip))
    while True:
        landed = {receipt.transaction_id for receipt in chain.produce().receipts}
        if str(version) in landed:
            return chain.number - first
        higher = bidding.raised(offered, bidding.price(chain), cap)
        if chain.number - sent >= bidding.bump_after_blocks and higher is not None:
            offered, tip, sent = higher, bidding.raised_tip(tip), chain.number
            raised = replace(make_transaction(str(version + 1), 0), max_fee_wei=offered, tip_wei=tip)
            assert chain.submit(raised, str(version)) == "waiting"
            version += 1


@pytest.mark.parametrize("bidding", [BIDDING, LOW_BID])
def test_a_wait_told_afterwards_is_the_wait_that_was(
    make_chain: MakeChain, make_transaction: MakeTransaction, bidding: Bidding
) -> None:
    chain = lived(make_chain(), 60)
    real = []
    for _ in range(100):
        real.append(really_waited(lived(chain, 2).fork(), bidding, make_transaction))
    lived(chain, 30)

    told = waits(tuple(chain.recent), chain.rules, bidding, GAS, chain.time_ms)

    found = [told[len(told) - back].blocks for back in range(228, 28, -2)]
    assert len(real) == len(found)
    assert sum(a == b for a, b in zip(found, real, strict=True)) >= 95
    assert max(real) > (1 if bidding is BIDDING else 3)


def test_prices_then_are_those_the_chain_quoted(make_chain: MakeChain) -> None:
    chain = make_chain()
    quoted = [0]
    for _ in range(60):
        chain.produce()
        quoted.append(BIDDING.price(chain))

    told = [BIDDING.price(PricesThen(chain.rules, tuple(chain.recent), count)) for count in range(10, 60)]

    assert told == quoted[10:60]


@pytest.mark.parametrize("rules", [ROLLUP_2S, ETHEREUM_TODAY, ARBITRUM])
def test_where_there_is_room_the_next_block_takes_it(make_chain: MakeChain, rules: object) -> None:
    chain = lived(make_chain(rules, replace(BUSY, rate_per_s=0.5)), 200)

    assert inclusion_ms(chain, BIDDING, GAS) == chain.rules.interval_ms


def test_who_bids_less_waits_longer(make_chain: MakeChain) -> None:
    chain = lived(make_chain(), 300)

    assert inclusion_ms(chain, LOW_BID, GAS) > inclusion_ms(chain, BIDDING, GAS)


def test_a_rising_price_makes_waits_longer(make_chain: MakeChain) -> None:
    """The same traffic throughout; later everybody pays a tenth more every minute, and recent prices are too low."""
    climb = [replace(BUSY, start_ms=3_300_000 + 60_000 * i, level_gwei=100 * 1.1**i) for i in range(30)]
    calm, spike = make_chain(), make_chain()
    spike._demand = replace(spike._demand, steps=(BUSY, *climb))

    assert inclusion_ms(lived(spike, 300), BIDDING, GAS) > 1.1 * inclusion_ms(lived(calm, 300), BIDDING, GAS)


def test_what_is_scheduled_but_has_not_happened_is_not_known(make_chain: MakeChain) -> None:
    chain = lived(make_chain(), 300)
    warned = chain.fork()
    fault = Fault(id="f", kind="outage", target="chain", from_ms=chain.next_block_ms, until_ms=chain.time_ms + 10**7)
    warned.live_under(Faults((fault,)))

    assert inclusion_ms(warned, BIDDING, GAS) == inclusion_ms(chain, BIDDING, GAS)


def test_a_chain_that_has_stopped_is_expected_to_stand_as_long_again(make_chain: MakeChain) -> None:
    chain = lived(make_chain(), 300)

    assert inclusion_ms(chain, BIDDING, GAS, chain.time_ms + 3_600_000) == 2 * 3_600_000


def test_a_chain_without_a_past_is_given_two_blocks(make_chain: MakeChain) -> None:
    assert inclusion_ms(make_chain(ROLLUP_2S), BIDDING, GAS) == 2 * ROLLUP_2S.interval_ms


@pytest.mark.parametrize(
    ("change", "gwei"),
    [
        ({}, 10.1436),
        ({"gas_used": 9_900_000}, 10.0),
        ({"gas_used": 9_000_000}, 0.0),
        ({"gas_used": 9_900_000, "waiting": 0}, 0.0),
        ({"gas_used": 9_910_000, "waiting": 0}, 10.0288),
        ({"count": 0}, None),
    ],
)
def test_what_a_place_in_a_block_would_have_cost(change: dict[str, int], gwei: float | None) -> None:
    """By hand: 50,000 gas of 9.95 million must have gone to cheaper ones: 0.1436 of the first ten gwei."""
    found = entry_wei(replace(BLOCK, **change), ETHEREUM_2020, GAS)

    assert found == (NEVER if gwei is None else pytest.approx(gwei * GWEI, abs=GWEI / 10_000))


def test_nobody_buys_a_place_where_first_come_is_first_served() -> None:
    assert entry_wei(replace(BLOCK, gas_used=ARBITRUM.block_gas), ARBITRUM, GAS) == NEVER


def test_what_is_larger_than_nine_tenths_of_a_block_finds_no_place_in_a_full_one() -> None:
    assert entry_wei(BLOCK, ETHEREUM_2020, 9_500_000) == NEVER


@pytest.mark.parametrize(("tip_gwei", "landed"), [(1, False), (2, True)])
def test_where_there_is_a_base_fee_the_tip_buys_the_place(tip_gwei: int, landed: bool) -> None:
    """Everybody in the full blocks pays 10 gwei at least; the base fee is 9, and is offered three times over."""
    blocks = [
        replace(BLOCK, number=i, time_ms=i * 12_000, base_fee_wei=9 * GWEI, gas_used=59_990_000) for i in range(12)
    ]

    (wait, *_) = waits(blocks, ETHEREUM_TODAY, replace(BIDDING, tip_wei=tip_gwei * GWEI), GAS, 144_000)

    assert (wait.landed, wait.blocks) == (landed, 1 if landed else 2)


def test_the_base_fee_of_the_next_block_is_known_and_offered() -> None:
    blocks = [replace(BLOCK, number=i, time_ms=i * 12_000, base_fee_wei=9 * GWEI, gas_used=0) for i in range(12)]
    blocks[10] = replace(blocks[10], base_fee_wei=10 * GWEI)

    found = waits(
        blocks, ETHEREUM_TODAY, replace(BIDDING, base_fee_headroom_percent=100, window_blocks=9), GAS, 144_000
    )

    assert [(wait.landed, wait.blocks) for wait in found] == [(True, 1), (True, 1), (True, 1)]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=400), st.sampled_from([0.5, 0.9, 0.99]))
def test_of_waits_that_ended_the_quantile_is_the_one_of_its_rank(found: list[int], quantile: float) -> None:
    rank = math.ceil((len(found) + 1) * quantile)

    answer = wait_quantile([Wait(ms, 1, landed=True) for ms in found], quantile)

    assert answer == (sorted(found)[rank - 1] if rank <= len(found) else None)


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=200))
def test_a_wait_that_goes_on_never_shortens_the_quantile(found: list[tuple[int, bool]]) -> None:
    seen = wait_quantile([Wait(ms, 1, landed=landed) for ms, landed in found], 0.9)
    ended = wait_quantile([Wait(ms, 1, landed=True) for ms, _ in found], 0.9)

    assert seen is None or (ended is not None and seen >= ended)


def test_a_product_limit_worked_out_by_hand() -> None:
    """Ends after 1, 2 and 4, still waiting after 3: left are 4/5, 3/5, then of one among the last two a half."""
    found = [Wait(ms, 1, landed=landed) for ms, landed in ((1, True), (2, True), (3, False), (4, True), (9, False))]

    assert [wait_quantile(found, quantile) for quantile in (0.1, 0.3, 0.5, 0.7)] == [1, 2, 4, None]


@pytest.mark.parametrize(("count", "quantile"), [(1, 0.5), (1, P99), (12, P99), (30, P99)])
def test_mined_blocks_take_as_long_as_they_do(count: int, quantile: float) -> None:
    """Share of runs of blocks, on their own random intervals, that are over in that time; within four errors."""
    runs = 4_000 // count
    bound = blocks_ms(ETHEREUM_2020, count, quantile)

    over = sum(
        sum(interval_ms(ETHEREUM_2020, ("test",), run * count + i) for i in range(count)) <= bound
        for run in range(runs)
    )

    assert over / runs == pytest.approx(quantile, abs=4 * math.sqrt(quantile * (1 - quantile) / runs) + 0.005)


def test_blocks_at_fixed_times_take_their_time() -> None:
    assert [blocks_ms(ROLLUP_2S, count, P99) for count in (0, 1, 12)] == [0, 2_000, 24_000]
    assert blocks_ms(ETHEREUM_2020, 0, P99) == 0
