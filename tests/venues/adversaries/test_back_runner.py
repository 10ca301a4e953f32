from dataclasses import dataclass, replace

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from tests.venues.adversaries.searching import GWEI, NOW_MS, chain, gain, let_act, mine, seat, swap, view_of
from tests.venues.small_world import L1, amm, pool
from venues.adversaries.back_runner import BackRunner
from venues.calls.upkeep import PostAnswer
from venues.chain_state import ChainState
from venues.chains.presets import ARBITRUM
from venues.chains.transaction import Applied, Block, Log, Transaction
from venues.markets.cpmm import SpotPool

PREY = replace(pool(L1), ether=3_000 * ETH_UNIT, cash=3_000 * 140 * USDC_UNIT)
RUNNER = BackRunner(seat("runner", venues=("pool",)))


def test_a_large_swap_is_followed_by_the_trade_that_takes_the_price_back() -> None:
    on = chain(PREY, names=("runner",))
    on.submit(swap(on))
    before = on.state

    let_act(RUNNER, on)
    receipts = list(mine(on).values())

    assert [receipt.sender for receipt in receipts] == ["user", "runner"]
    assert receipts[0].price_wei == receipts[1].price_wei + 1
    after = on.state.venues["pool"]
    assert isinstance(after, SpotPool)
    assert abs(after.spot - 140 * PRICE_UNIT) < PRICE_UNIT
    assert gain(on, before, "runner") > 0


def test_a_small_swap_leaves_nothing() -> None:
    on = chain(PREY, names=("runner",))
    on.submit(swap(on, ETH_UNIT))

    assert RUNNER.act(view_of(on), NOW_MS) == ()


def test_an_update_of_the_oracle_is_followed_at_venues_that_go_by_it() -> None:
    on = chain(amm(L1), names=("runner",))
    call = PostAnswer(price=126 * PRICE_UNIT, observed_ms=NOW_MS)
    on.submit(Transaction(id="post", sender="osm", call=call, max_fee_wei=20 * GWEI, submitted_ms=NOW_MS))

    let_act(BackRunner(seat("runner", venues=("amm",))), on)

    assert [receipt.sender for receipt in mine(on).values()] == ["osm", "runner"]


@dataclass(frozen=True, slots=True)
class Liquidation:
    """Somebody's collateral, sold into a pool by a call that no searcher has heard of."""

    gas: int = 400_000

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState]:
        venue = state.venues["pool"]
        assert isinstance(venue, SpotPool)
        cash = venue.proceeds(200 * ETH_UNIT)
        after = replace(venue, ether=venue.ether + 200 * ETH_UNIT, cash=venue.cash - cash)
        return Applied(state.with_venue(after), (Log("Liquidated", ()),))


def test_whatever_moves_a_venue_is_followed_be_it_a_liquidation_of_an_unknown_kind() -> None:
    on = chain(PREY, names=("runner",))
    on.submit(Transaction(id="bite", sender="user", call=Liquidation(), max_fee_wei=20 * GWEI, submitted_ms=NOW_MS))

    let_act(RUNNER, on)

    assert [receipt.sender for receipt in mine(on).values()] == ["user", "runner"]


def test_it_does_not_send_twice_for_the_same_venue() -> None:
    on = chain(PREY, names=("runner",))
    on.submit(swap(on))
    let_act(RUNNER, on)

    assert RUNNER.act(view_of(on), NOW_MS + 1_000) == ()


def test_where_the_first_come_are_served_first_the_faster_of_two_gets_the_trade_and_the_other_fails() -> None:
    wins: dict[str, int] = {"one": 0, "two": 0}
    for attempt in range(12):
        on = chain(PREY, names=("one", "two"), rules=ARBITRUM)
        on.submit(swap(on, price_wei=10 * GWEI))
        while on.pending:
            mine(on)
        for name in wins:
            runner = BackRunner(seat(name, venues=("pool",), sees_pool=False, seed=(attempt, name)))
            let_act(runner, on, on.time_ms + 1)
        sent = {t.sender: t.submitted_ms for t in on.pending}
        receipts = {}
        while on.pending:
            receipts |= {receipt.sender: receipt for receipt in mine(on).values()}

        fast, slow = sorted(sent, key=sent.__getitem__)
        assert (receipts[fast].status, receipts[slow].status) == ("success", "reverted")
        wins[fast] += 1

    assert min(wins.values()) > 0


def test_without_a_view_of_the_pool_it_does_not_trade_on_what_waits() -> None:
    on = chain(PREY, names=("runner",))
    mine(on)
    on.submit(swap(on))

    assert BackRunner(seat("runner", venues=("pool",), sees_pool=False)).act(view_of(on), NOW_MS) == ()


def test_who_holds_the_express_lane_wins_the_race_whatever_the_lots_say() -> None:
    for attempt in range(6):
        on = chain(PREY, names=("one", "two"), rules=ARBITRUM)
        on.express = "two"
        on.submit(swap(on, price_wei=10 * GWEI))
        while on.pending:
            mine(on)
        for name, latency_ms in (("one", (20, 20)), ("two", (180, 180))):
            lot = (attempt, name)
            runner = BackRunner(seat(name, venues=("pool",), sees_pool=False, latency_ms=latency_ms, seed=lot))
            let_act(runner, on, on.time_ms + 1)
        receipts = {}
        while on.pending:
            receipts |= {receipt.sender: receipt for receipt in mine(on).values()}

        assert (receipts["two"].status, receipts["one"].status) == ("success", "reverted")
