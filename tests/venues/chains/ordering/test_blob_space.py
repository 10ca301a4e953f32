from dataclasses import replace

import pytest

from tests.venues.chains.conftest import Purse, Touch
from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.fees.blob_fee import BPO2, GAS_PER_BLOB
from venues.chains.ordering.blob_space import BlobSpace
from venues.chains.presets import ETHEREUM_2020, ETHEREUM_TODAY
from venues.chains.rules import BlobMarket, ChainRules
from venues.chains.transaction import Transaction

GWEI = 10**9
MARKET = BlobMarket(schedule=BPO2, mean_blobs=10.0, first_excess_gas=0)


def _carrier(name: str, blobs: int, *, tip: int = GWEI, fee: int = 10, cap: int = 10 * GWEI) -> Transaction[Purse]:
    return Transaction(
        id=name, sender=name, call=Touch(), max_fee_wei=cap, tip_wei=tip, blobs=blobs, max_blob_fee_wei=fee
    )


def _chain(rules: ChainRules = ETHEREUM_TODAY) -> Chain[Purse]:
    nobody = Demand((DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0)),), 0)
    return Chain(id="chain", rules=rules, state=Purse(), demand=nobody, seed=(1, "test"), start_ms=0)


def test_others_go_first_at_an_equal_tip() -> None:
    space = BlobSpace(MARKET, others=17, fee_wei=10)
    large, small = _carrier("large", 5), _carrier("small", 4)

    assert space.admitted([large, small]) == (small,)


def test_a_higher_tip_goes_before_others() -> None:
    space = BlobSpace(MARKET, others=21, fee_wei=10)

    assert space.admitted([_carrier("eager", 6, tip=GWEI + 1), _carrier("calm", 1)]) == (
        _carrier("eager", 6, tip=GWEI + 1),
    )
    assert space.used_gas(6) == 21 * GAS_PER_BLOB


def test_who_does_not_pay_the_blob_fee_waits() -> None:
    space = BlobSpace(MARKET, others=0, fee_wei=11)

    assert space.admitted([_carrier("poor", 1), _carrier("none", 0)]) == (_carrier("none", 0),)


def test_a_chain_without_blobs_refuses_them() -> None:
    assert _chain(ETHEREUM_2020).submit(_carrier("t", 1)) == "oversized"


def test_a_transaction_has_at_most_six_blobs() -> None:
    chain = _chain()

    assert chain.submit(_carrier("t", 7)) == "oversized"
    assert chain.submit(_carrier("t", 6)) == "waiting"


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"tip": 2 * GWEI, "fee": 20, "cap": 20 * GWEI}, "waiting"),
        ({"tip": 2 * GWEI - 1, "fee": 20, "cap": 20 * GWEI}, "underpriced"),
        ({"tip": 2 * GWEI, "fee": 19, "cap": 20 * GWEI}, "underpriced"),
        ({"tip": 2 * GWEI, "fee": 20, "cap": 20 * GWEI - 1}, "underpriced"),
    ],
)
def test_a_blob_transaction_is_replaced_only_at_twice_every_price(changes: dict[str, int], answer: str) -> None:
    chain = _chain()
    chain.submit(_carrier("t", 2))

    assert chain.submit(_carrier("u", 2, **changes), replaces="t") == answer


def test_only_another_carrier_replaces_a_blob_transaction() -> None:
    chain = _chain()
    chain.submit(_carrier("t", 2))

    assert chain.submit(_carrier("u", 0, tip=9 * GWEI, cap=90 * GWEI), replaces="t") == "underpriced"


def test_own_blobs_raise_the_blob_fee() -> None:
    market = BlobMarket(schedule=BPO2, mean_blobs=14.0, first_excess_gas=300_000_000)
    with_own, without = (_chain(replace(ETHEREUM_TODAY, blobs=market)) for _ in range(2))
    for number in range(40):
        with_own.submit(_carrier(f"t{number}", 6, fee=10**15, tip=2 * GWEI, cap=100 * GWEI))
        for chain in (with_own, without):
            chain.produce()

    assert with_own.blob_fee_wei > 2 * without.blob_fee_wei
