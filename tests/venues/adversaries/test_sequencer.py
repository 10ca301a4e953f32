from dataclasses import replace

import pytest
from immutables import Map

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from tests.venues.adversaries.searching import GWEI, chain, gain, mine, swap
from tests.venues.calls.stage import OWNER, VAULT, settle, signed, terms
from tests.venues.small_world import AMM_RULES, L1, PUT, START_MS, amm, pool
from venues.adversaries.builders import MILLION, Roster, Shift
from venues.adversaries.sequencer import FrontRunningSequencer
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.ordering.picked import Mandate
from venues.chains.presets import ARBITRUM, ETHEREUM_2020, OP_STACK, ROLLUP_2S, ChainRules
from venues.chains.transaction import Transaction
from venues.escrow import Escrow
from venues.markets.kinds import AnyVenue
from venues.markets.ladder import ANY_COST
from venues.markets.venue import Market, Order, Unfilled

PREY = replace(pool(L1), ether=3_000 * ETH_UNIT, cash=3_000 * 140 * USDC_UNIT)
ORDER = Order(venue="amm", instrument=PUT, side="buy", quantity=8 * OPTION_UNIT, bound=0)
RULES = (ROLLUP_2S, OP_STACK, ARBITRUM, ETHEREUM_2020)


def stage(
    rules: ChainRules = ROLLUP_2S, least_profit: int = USDC_UNIT, prey: AnyVenue = PREY, venue: str = "pool"
) -> Chain[ChainState]:
    on = chain(prey, names=("sequencer",), rules=rules)
    ether = on.state.clearing.account("sequencer").ether
    builder = FrontRunningSequencer(name="sequencer", venues=(venue,), ether=ether, least_profit=least_profit)
    on.producer = Roster(chain=L1, shifts=(Shift(builder=builder, share_ppm=MILLION),), seed=(1,))
    return on


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: str(rules.name))
def test_its_legs_stand_around_the_order_on_any_chain_and_earn(rules: ChainRules) -> None:
    on = stage(rules)
    on.submit(swap(on, price_wei=100 * GWEI))
    before = on.state
    while on.is_waiting("swap"):
        receipts = mine(on)

    assert [receipt.sender for receipt in receipts.values()] == ["sequencer", "user", "sequencer"]
    assert {receipt.status for receipt in receipts.values()} == {"success"}
    assert gain(on, before, "sequencer") > USDC_UNIT


def test_the_order_keeps_its_bound() -> None:
    on = stage()
    order = swap(on).call.orders[0]  # type: ignore[attr-defined]
    on.submit(swap(on))
    before = on.state.clearing.account("user").cash
    mine(on)

    assert before - on.state.clearing.account("user").cash <= order.bound


def test_each_of_several_orders_gets_legs_of_its_own() -> None:
    on = stage()
    for number in range(3):
        on.submit(swap(on, name=f"swap{number}", side="sell" if number == 1 else "buy"))

    senders = [receipt.sender for receipt in mine(on).values()]

    assert senders.count("user") == 3
    assert senders.count("sequencer") >= 4


def test_an_order_that_yields_less_than_it_wants_is_left_alone() -> None:
    on = stage(least_profit=10**12)
    on.submit(swap(on))

    assert [receipt.sender for receipt in mine(on).values()] == ["user"]


def test_its_legs_leave_no_more_gas_to_others_than_the_block_has() -> None:
    rules = replace(ROLLUP_2S, block_gas=3 * PREY.gas + 10_000)
    on = stage(rules)
    on.submit(swap(on))
    on.submit(swap(on, ETH_UNIT, name="other"))

    produced = on.produce()

    assert sum(receipt.gas_used for receipt in produced.receipts) <= rules.block_gas
    assert on.is_waiting("other")


def test_what_the_l1_forces_into_a_block_gets_no_legs() -> None:
    on = stage()
    on.mandate = Mandate(first=(swap(on),))

    assert [receipt.sender for receipt in mine(on).values()] == ["user"]


def test_a_block_that_must_hold_nothing_else_gets_no_legs() -> None:
    on = stage()
    on.submit(swap(on))
    on.mandate = Mandate(is_closed=True)

    assert mine(on) == {}


def test_a_settlement_is_prey_too_and_its_solver_pays_for_it_not_the_user() -> None:
    thin = replace(amm(L1), rules=replace(AMM_RULES, standard_size=OPTION_UNIT // 3))
    owed = terms(signed(limit=30.0), quantity=8.0, price=25.0)
    quote = thin.execute(replace(ORDER, bound=ANY_COST), Market(now_ms=START_MS, spot=140 * PRICE_UNIT))
    assert not isinstance(quote, Unfilled)
    call = settle(owed, (replace(ORDER, bound=quote[1].cash * 13 // 10),))
    ends = []
    for front_runs in (False, True):
        on = stage(prey=thin, venue="amm")
        on.producer = on.producer if front_runs else None
        on.state = replace(on.state, escrow=Escrow(vaults=Map({OWNER.address: VAULT})))
        on.submit(Transaction(id="fill/settle#1", sender="solver", call=call, max_fee_wei=GWEI, tip_wei=1))
        receipts = mine(on)
        assert receipts["fill/settle#1"].status == "success"
        ends.append(on.state)

    quiet, robbed = ends
    assert robbed.clearing.account(OWNER.address) == quiet.clearing.account(OWNER.address)
    assert robbed.escrow == quiet.escrow
    lost = quiet.clearing.account("solver").cash - robbed.clearing.account("solver").cash
    gained = robbed.clearing.account("sequencer").cash - quiet.clearing.account("sequencer").cash
    assert lost > gained > USDC_UNIT
