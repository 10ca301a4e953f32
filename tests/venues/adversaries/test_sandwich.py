from dataclasses import replace

from intents.assets import ETH_UNIT, OPTION_UNIT, USDC_UNIT
from tests.venues.adversaries.searching import GWEI, NOW_MS, chain, let_act, mine, seat, swap, view_of
from tests.venues.small_world import AMM_RULES, L1, PUT, amm, pool
from venues.adversaries.sandwich import Sandwicher
from venues.adversaries.seat import gas_cost, leg_gas
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_TODAY, ROLLUP_2S

ONE = Sandwicher(seat("one", rivals=frozenset({"two"})))
TWO = Sandwicher(seat("two", rivals=frozenset({"one"})))
PREY = replace(pool(L1), ether=3_000 * ETH_UNIT, cash=3_000 * 140 * USDC_UNIT)


def stage(names: tuple[str, ...] = ("one", "two")) -> Chain[ChainState]:
    on = chain(PREY, amm(L1), names=names)
    on.submit(swap(on))
    return on


def test_the_legs_stand_right_before_and_right_behind_the_victim() -> None:
    on = stage()

    let_act(ONE, on)

    assert [name.split(":")[0] + name.split(":")[1] if ":" in name else name for name in mine(on)] == [
        "onefirst",
        "swap",
        "onelast",
    ]


def test_the_searcher_ends_with_the_ether_it_had_and_more_cash_and_the_victim_pays_its_bound() -> None:
    on = stage()
    before = on.state
    bound = swap(on).call.orders[0].bound  # type: ignore[attr-defined]

    let_act(ONE, on)
    mine(on)

    was, now = before.clearing.account("one"), on.state.clearing.account("one")
    paid = before.clearing.account("user").cash - on.state.clearing.account("user").cash
    assert now.ether == was.ether
    assert now.cash > was.cash
    assert bound - paid <= 1
    assert paid <= bound


def test_a_victim_whose_room_does_not_pay_for_the_gas_is_left_alone() -> None:
    on = chain(PREY, names=("one",))
    on.submit(swap(on, price_wei=50_000 * GWEI))

    assert Sandwicher(seat("one")).act(view_of(on), NOW_MS) == ()


def test_two_searchers_bid_each_other_up_and_the_second_pays_for_gas_and_gets_nothing() -> None:
    on = stage()
    before = on.state
    for second in range(6):
        for searcher in (ONE, TWO):
            let_act(searcher, on, NOW_MS + second * 1_000)

    receipts = mine(on)

    first = {name.split(":")[0]: receipt for name, receipt in receipts.items() if ":first:" in name}
    winner, loser = sorted(first, key=lambda name: first[name].status, reverse=True)
    assert (first[winner].status, first[loser].status) == ("success", "reverted")
    assert first[winner].price_wei > first[loser].price_wei > 20 * GWEI
    assert on.state.clearing.account(loser) == before.clearing.account(loser)
    assert on.state.wallets[loser] < before.wallets[loser]


def test_bids_end_where_the_gas_would_cost_what_the_sandwich_earns() -> None:
    on = stage()
    for second in range(200):
        for searcher in (ONE, TWO):
            let_act(searcher, on, NOW_MS + second)

    bids = [t.max_fee_wei for name in ("one", "two") for t in on.waiting(name) if ":first:" in t.id]

    alone = stage(("one",))
    before = alone.state
    let_act(Sandwicher(seat("one")), alone)
    mine(alone)
    earned = alone.state.clearing.account("one").cash - before.clearing.account("one").cash
    gas = leg_gas(before, swap(alone).call.orders[0])  # type: ignore[attr-defined]
    market = view_of(alone).truth
    assert gas_cost(gas, max(bids), market, NOW_MS) <= earned
    assert gas_cost(gas, max(bids) * 13 // 10, market, NOW_MS) > earned - 10 * USDC_UNIT


def test_a_purchase_from_an_option_market_maker_is_sandwiched_too() -> None:
    thin = replace(amm(L1), rules=replace(AMM_RULES, standard_size=5 * OPTION_UNIT))
    on = chain(thin, names=("one",))
    quantity = 60 * OPTION_UNIT
    on.submit(swap(on, quantity, slack_percent=20, instrument=PUT, venue="amm"))
    before = on.state

    let_act(Sandwicher(seat("one")), on)
    mine(on)

    assert on.state.clearing.account("one").positions == {}
    assert on.state.clearing.account("one").cash > before.clearing.account("one").cash


def test_where_there_is_a_base_fee_the_tips_decide() -> None:
    for rules in (ETHEREUM_TODAY, ROLLUP_2S):
        on = chain(PREY, names=("one",), rules=rules)
        on.submit(swap(on, price_wei=100 * GWEI))

        let_act(Sandwicher(seat("one")), on)

        receipts = list(mine(on).values())
        assert [receipt.sender for receipt in receipts] == ["one", "user", "one"]
        assert [receipt.status for receipt in receipts] == ["success"] * 3


def test_a_first_leg_left_open_is_traded_back() -> None:
    on = stage(("one",))
    searcher = Sandwicher(seat("one"))
    let_act(searcher, on)
    on.withdraw("swap")
    for transaction in on.waiting("one"):
        if ":last:" in transaction.id:
            on.withdraw(transaction.id)
    mine(on)
    assert on.state.clearing.account("one").ether > seat("one").ether

    let_act(searcher, on, NOW_MS + 10_000)
    mine(on)

    assert on.state.clearing.account("one").ether == seat("one").ether


def test_a_last_leg_without_its_first_does_nothing() -> None:
    on = stage(("one",))
    let_act(Sandwicher(seat("one")), on)
    for transaction in on.waiting("one"):
        if ":first:" in transaction.id:
            on.withdraw(transaction.id)
    before = on.state

    receipts = mine(on)

    last = next(receipt for name, receipt in receipts.items() if ":last:" in name)
    assert last.status == "reverted"
    assert on.state.clearing.account("one") == before.clearing.account("one")


def test_a_victim_who_raises_its_fee_is_followed() -> None:
    on = stage(("one",))
    searcher = Sandwicher(seat("one"))
    let_act(searcher, on)
    raised = replace(swap(on, price_wei=40 * GWEI), id="swap#2")
    on.submit(raised, "swap")

    let_act(searcher, on, NOW_MS + 1_000)

    receipts = list(mine(on).values())
    assert [receipt.sender for receipt in receipts] == ["one", "user", "one"]
    assert {receipt.status for receipt in receipts} == {"success"}


def test_a_searcher_who_sees_no_pool_does_not_act() -> None:
    on = stage(("one",))

    assert Sandwicher(seat("one", sees_pool=False)).act(view_of(on), NOW_MS) == ()
