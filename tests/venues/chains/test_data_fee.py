from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.venues.calls.stage import claim, deliver, lock, refund, settle, terms
from tests.venues.small_world import BUSY, L1, START_MS, chain_state, truth
from venues.calls.fill_terms import FillTerms
from venues.chain_state import ChainState
from venues.chains.background import Demand, DemandStep
from venues.chains.calldata import signed_bytes
from venues.chains.chain import Chain
from venues.chains.fees.l1_fee import FREE, L1Prices
from venues.chains.presets import ETHEREUM_2020, ETHEREUM_TODAY, OP_STACK, ROLLUP_2S, ChainRules
from venues.chains.transaction import Transaction
from venues.passages import RelayRules
from venues.world import World

GWEI = 10**9
QUIET = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))

Make = Callable[..., Any]


def _receipt(chain: Any, transaction: Any) -> Any:
    chain.submit(transaction)
    (receipt,) = chain.produce().receipts
    return receipt


def test_an_op_stack_chain_charges_for_posting_on_top_of_execution(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(OP_STACK, step=QUIET)
    chain.l1_prices = L1Prices(20 * GWEI, GWEI)
    transaction = make_transaction("t", 1, tip_gwei=0.1)

    receipt = _receipt(chain, transaction)

    assert OP_STACK.data_fee is not None
    assert receipt.data_fee_wei == OP_STACK.data_fee.fee_wei(signed_bytes(transaction), chain.l1_prices) > 0
    assert receipt.cost_wei == receipt.gas_used * receipt.price_wei + receipt.data_fee_wei
    assert chain.state.paid == receipt.cost_wei


def test_a_rollup_that_charges_no_data_fee_charges_none(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ROLLUP_2S, step=QUIET)
    chain.l1_prices = L1Prices(20 * GWEI, GWEI)

    assert _receipt(chain, make_transaction("t", 1, tip_gwei=0.1)).data_fee_wei == 0


def test_who_can_pay_for_execution_but_not_for_posting_is_dropped(
    make_chain: Make, make_transaction: Make, purse: Callable[..., Any]
) -> None:
    price = 100_000 * (10**6 + 10**8)
    chain = make_chain(OP_STACK, step=QUIET, purse=purse(most=price))
    chain.l1_prices = L1Prices(20 * GWEI, GWEI)
    chain.submit(make_transaction("t", 1, tip_gwei=0.1))

    produced = chain.produce()

    assert [transaction.id for transaction in produced.dropped] == ["t"]
    assert produced.receipts == ()


def test_a_chain_says_beforehand_what_it_will_charge(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(OP_STACK, step=QUIET)
    chain.l1_prices = L1Prices(20 * GWEI, GWEI)
    transaction = make_transaction("t", 1, tip_gwei=0.1)

    said = chain.data_fee_wei(transaction)

    assert _receipt(chain, transaction).data_fee_wei == said


def test_a_chain_with_blobs_tells_both_prices_and_an_auction_its_going_one(make_chain: Make) -> None:
    today, mined = make_chain(ETHEREUM_TODAY, step=QUIET), make_chain(ETHEREUM_2020)
    for _ in range(5):
        today.produce()
        mined.produce()

    assert today.prices() == L1Prices(today.base_fee_wei, today.blob_fee_wei)
    assert today.blob_fee_wei > 0
    assert mined.prices() == L1Prices(mined.fee_quantile(0.5, 20), 0)


def _chain(name: str, rules: ChainRules, step: DemandStep, settles_on: str | None = None) -> Chain[ChainState]:
    return Chain(
        id=name,
        rules=rules,
        state=replace(chain_state(L1), chain=name),
        demand=Demand((step,), 600_000),
        seed=(1, name),
        start_ms=START_MS,
        settles_on=settles_on,
    )


def test_a_rollup_hears_the_prices_of_the_chain_it_settles_on_and_of_no_other() -> None:
    l1, l2, alone = "eip155:1", "eip155:10", "eip155:11"
    chains = [_chain(l1, ETHEREUM_TODAY, BUSY), _chain(l2, OP_STACK, QUIET, l1), _chain(alone, OP_STACK, QUIET)]
    relay = RelayRules(proof_level=dict.fromkeys((l1, l2, alone), "safe"), proof_delay_ms=0)
    world = World(chains=chains, agents=(), truth=truth(140.0), relay=relay, start_ms=START_MS)

    world.advance(START_MS + 120_000)

    assert world.chain(l2).l1_prices == world.chain(l1).prices() != FREE
    assert world.chain(alone).l1_prices == FREE
    assert world.fork().chain(l2).l1_prices == world.chain(l2).l1_prices


def test_a_dear_l1_makes_the_same_swap_dearer(make_chain: Make, make_transaction: Make) -> None:
    fees = []
    for base_fee in (GWEI, 100 * GWEI):
        chain = make_chain(OP_STACK, step=QUIET)
        chain.l1_prices = L1Prices(base_fee, base_fee // 16)
        fees.append(_receipt(chain, make_transaction("t", 1, tip_gwei=0.1)).data_fee_wei)

    assert fees[1] == pytest.approx(100 * fees[0], rel=1e-3)


@pytest.mark.parametrize("make_call", [settle, lock, deliver, claim, refund])
def test_every_call_of_a_settlement_can_be_posted(make_call: Callable[[FillTerms], Any]) -> None:
    call = make_call(terms())

    data = signed_bytes(Transaction(id="t", sender="solver", call=call, max_fee_wei=GWEI))

    assert 100 < len(data) < 20_000
    assert data == signed_bytes(Transaction(id="t", sender="solver", call=make_call(terms()), max_fee_wei=GWEI))
