from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, USDC_UNIT
from tests.venues.adversaries.searching import GWEI, NOW_MS, chain, mine, seat, swap, view_of
from tests.venues.small_world import L1, amm, pool
from venues.adversaries.lookahead import lookahead, price_of, stem
from venues.adversaries.seat import Terms, before, behind, fees, gas_cost, going_price, raised
from venues.adversaries.unwind import CHECK_GAS, Unwind
from venues.chains.presets import ARBITRUM, ETHEREUM_2020, ETHEREUM_TODAY, ROLLUP_2S, ChainRules
from venues.markets.venue import Order

PRICED = (ETHEREUM_2020, ETHEREUM_TODAY, ROLLUP_2S)
SELL = Order(venue="pool", instrument=ETH, side="sell", quantity=ETH_UNIT, bound=0)
prices = st.integers(2 * GWEI, 10_000 * GWEI)


@pytest.mark.parametrize("rules", PRICED, ids=lambda rules: str(rules.name))
@given(price_wei=prices)
def test_a_transaction_pays_the_price_that_was_meant(rules: ChainRules, price_wei: int) -> None:
    on = chain(pool(L1), rules=rules)

    sent = seat().trade("first", SELL, Terms(on, price_wei, NOW_MS))

    assert price_of(sent, on) == price_wei


@pytest.mark.parametrize("rules", PRICED, ids=lambda rules: str(rules.name))
@given(old_wei=prices, wanted_wei=prices)
def test_a_pool_takes_a_raised_transaction_in_place_of_the_old(
    rules: ChainRules, old_wei: int, wanted_wei: int
) -> None:
    on = chain(pool(L1), rules=rules)
    old = seat().trade("first", SELL, Terms(on, old_wei, NOW_MS))
    on.submit(old)

    price_wei = raised(old, wanted_wei, on)
    new = seat().trade("first", SELL, Terms(on, price_wei, NOW_MS + 1))

    assert price_wei >= wanted_wei
    assert on.submit(new, old.id) == "waiting"


@given(price_wei=prices, rival_wei=prices)
def test_it_goes_before_the_victim_and_before_every_rival(price_wei: int, rival_wei: int) -> None:
    on = chain(pool(L1))
    rival = swap(on, ETH_UNIT, price_wei=rival_wei)

    assert before(price_wei, [rival], on) == max(price_wei, rival_wei) + 1
    assert before(price_wei, [], on) == price_wei + 1


def test_what_follows_pays_a_wei_less_but_never_less_than_the_base_fee() -> None:
    on = chain(pool(L1), rules=ETHEREUM_TODAY)

    assert behind(50 * GWEI, on) == 50 * GWEI - 1
    assert behind(on.base_fee_wei, on) == on.base_fee_wei


def test_where_the_first_come_are_served_first_nobody_tips() -> None:
    on = chain(pool(L1), rules=ARBITRUM)

    assert going_price(on) == on.base_fee_wei
    assert fees(on, going_price(on))[1] == 0


def test_gas_is_rounded_up_to_a_base_unit() -> None:
    market = view_of(chain(pool(L1))).truth

    assert gas_cost(1, 1, market, NOW_MS) == 1
    assert gas_cost(100_000, 20 * GWEI, market, NOW_MS) == 28 * USDC_UNIT // 100


def test_only_what_came_since_the_last_look_is_news() -> None:
    on = chain(pool(L1))
    sent = swap(on, ETH_UNIT)

    assert seat().is_news(sent, NOW_MS)
    assert seat().is_news(sent, NOW_MS + 999)
    assert not seat().is_news(sent, NOW_MS + 1_000)
    assert not seat(rivals=frozenset({"user"})).is_news(sent, NOW_MS)


def test_what_is_traded_back_is_no_more_than_what_is_open() -> None:
    on = chain(pool(L1))
    home = on.state.clearing.account("searcher").ether - 2 * ETH_UNIT
    for quantity, status in ((3, "reverted"), (2, "success"), (1, "reverted")):
        order = replace(SELL, quantity=quantity * ETH_UNIT)
        call = Unwind(trader="searcher", order=order, home=home, venue_gas=110_000)
        on.submit(replace(swap(on, ETH_UNIT, name=f"{quantity}"), sender="searcher", call=call))
        receipt = mine(on)[f"{quantity}"]
        assert (receipt.status, receipt.gas_used) == (status, 110_000 + CHECK_GAS)


def test_what_was_sold_short_is_bought_back_no_further_than_home() -> None:
    on = chain(pool(L1))
    home = on.state.clearing.account("searcher").ether + ETH_UNIT
    order = replace(SELL, side="buy", bound=10**12)
    for status in ("success", "reverted"):
        call = Unwind(trader="searcher", order=order, home=home, venue_gas=110_000)
        on.submit(replace(swap(on, ETH_UNIT, name=status), sender="searcher", call=call))
        assert mine(on)[status].status == status


def test_the_next_block_is_foreseen_as_it_comes() -> None:
    on = chain(pool(L1), amm(L1))
    for number in range(5):
        side = "buy" if number % 2 else "sell"
        on.submit(swap(on, (number + 1) * ETH_UNIT, 0, side, name=f"s{number}", price_wei=(10 + number * 7 % 5) * GWEI))
    found = list(lookahead(on, on.next_block_ms, ()))

    receipts = mine(on)

    assert [foreseen.transaction.id for foreseen in found] == list(receipts)
    assert found[-1].after.venues["pool"] == on.state.venues["pool"]
    assert found[-1].after.wallets == on.state.wallets
    assert {receipt.status for receipt in receipts.values()} == {"success", "reverted"}


def test_transactions_of_some_senders_can_be_thought_away() -> None:
    on = chain(pool(L1))
    on.submit(swap(on, ETH_UNIT))

    assert list(lookahead(on, NOW_MS, {"user"})) == []


def test_what_cannot_pay_the_base_fee_or_its_gas_is_not_foreseen() -> None:
    on = chain(pool(L1), rules=ETHEREUM_TODAY)
    on.submit(replace(swap(on, ETH_UNIT, name="cheap"), max_fee_wei=on.base_fee_wei - 1))
    on.submit(replace(swap(on, ETH_UNIT, name="poor"), sender="nobody"))

    assert list(lookahead(on, NOW_MS, ())) == []


def test_replacements_share_a_stem() -> None:
    assert stem("fill/settle#2") == stem("fill/settle#3") == "fill/settle"
