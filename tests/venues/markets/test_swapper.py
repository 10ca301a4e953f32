from dataclasses import replace

from intents.assets import ETH_UNIT, USDC_UNIT
from tests.venues.small_world import GAS, L1, L2, QUIET, RICH, START_MS, chain_state, make_chain, pool, sight, truth
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S
from venues.chains.transaction import Transaction
from venues.markets.swapper import Swapper, SwapperRules

RULES = SwapperRules(
    period_ms=60_000, chance=0.5, size_median=10.0, size_spread=0.8, tolerance_ppm=10_000, fee_quantile=0.5
)


def swapper(chain: str = L2, rules: SwapperRules = RULES) -> Swapper:
    return Swapper(name="swapper", chain=chain, venue="pool", rules=rules, offset_ms=7_000, seed=(1, "swapper"))


def stage(chain: str = L2, dollars: int = 10**9) -> Chain[ChainState]:
    state = chain_state(chain, pool(chain))
    account = replace(RICH, cash=dollars * USDC_UNIT, ether=dollars * ETH_UNIT)
    accounts = state.clearing.accounts.set("swapper", account)
    state = replace(
        state, clearing=replace(state.clearing, accounts=accounts), wallets=state.wallets.set("swapper", GAS)
    )
    return make_chain(state, ROLLUP_2S if chain == L2 else ETHEREUM_2020, QUIET)


def sent(on: Chain[ChainState], trader: Swapper, occasions: int = 100) -> list[Transaction[ChainState]]:
    view, found, now_ms = sight(truth(140.0), on), [], START_MS
    for _ in range(occasions):
        now_ms = trader.next_ms(now_ms)
        found += [offer.transaction for offer in trader.act(view, now_ms)]
    return found


def test_it_trades_on_about_its_share_of_occasions_on_both_sides() -> None:
    trades = sent(stage(), swapper())

    sides = [t.call.orders[0].side for t in trades]  # type: ignore[attr-defined]
    assert 35 <= len(trades) <= 65
    assert 10 <= sides.count("buy") <= len(sides) - 10


def test_its_orders_fill_at_the_quote_and_are_bounded_by_its_tolerance() -> None:
    on = stage()
    first = sent(on, swapper())[0]
    order = first.call.orders[0]  # type: ignore[attr-defined]
    venue = on.state.venues["pool"]
    quote = venue.cost(order.quantity) if order.side == "buy" else venue.proceeds(order.quantity)  # type: ignore[union-attr]

    on.submit(first)

    assert on.produce().receipts[0].status == "success"
    assert abs(abs(order.bound - quote) - quote // 100) <= 1


def test_it_waits_while_one_of_its_swaps_is_on_its_way() -> None:
    on = stage(L1)
    trader = swapper(L1, replace(RULES, chance=1.0))
    (first,) = sent(on, trader, 1)
    on.submit(first)

    assert sent(on, trader, 5) == []


def test_who_has_nothing_does_not_trade() -> None:
    assert sent(stage(dollars=0), swapper()) == []


def test_the_same_instant_gives_the_same_swap_again() -> None:
    assert sent(stage(), swapper()) == sent(stage(), swapper())
