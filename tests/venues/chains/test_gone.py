"""A replacement for a transaction that waits no more."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from venues.chains.background import DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S, ChainRules

Make = Callable[..., Any]

QUIET = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))
FLOOD = DemandStep(0, 1000.0, 100.0, 0.2, (0.45, 0.27, 0.18, 0.10))


def _executed(chain: Chain[Any], blocks: int = 5) -> list[str]:
    return [receipt.transaction_id for _ in range(blocks) for receipt in chain.produce().receipts]


@pytest.mark.parametrize("rules", [ETHEREUM_2020, ROLLUP_2S])
def test_what_was_included_is_not_replaced_and_not_done_twice(
    make_chain: Make, make_transaction: Make, rules: ChainRules
) -> None:
    chain = make_chain(rules, step=QUIET)
    chain.submit(make_transaction("old", 100, tip_gwei=10))
    chain.produce()

    answer = chain.submit(make_transaction("new", 200, tip_gwei=20), replaces="old")

    assert answer == "gone"
    assert _executed(chain) == []
    assert len(chain.state.called) == 1


def test_what_a_full_pool_pushed_out_is_not_replaced(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(replace(ETHEREUM_2020, pool_size=300), step=FLOOD)
    chain.submit(make_transaction("old", 50))
    assert [dropped.id for dropped in chain.produce().dropped] == ["old"]

    assert chain.submit(make_transaction("new", 1000), replaces="old") == "gone"
    assert _executed(chain) == []


def test_what_was_withdrawn_is_not_replaced(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(step=QUIET)
    chain.submit(make_transaction("old", 50))
    chain.withdraw("old")

    assert chain.submit(make_transaction("new", 1000), replaces="old") == "gone"
    assert chain.waiting("me") == ()


def test_what_was_replaced_once_is_not_replaced_again(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(step=QUIET)
    chain.submit(make_transaction("first", 100))
    chain.submit(make_transaction("second", 200), replaces="first")

    assert chain.submit(make_transaction("third", 300), replaces="first") == "gone"
    assert [transaction.id for transaction in chain.waiting("me")] == ["second"]


def test_what_a_sender_could_not_pay_for_is_not_replaced(
    make_chain: Make, make_transaction: Make, purse: Callable[..., Any]
) -> None:
    chain = make_chain(step=QUIET, purse=purse(most=10))
    chain.submit(make_transaction("poor", 1000))
    chain.produce()

    assert chain.submit(make_transaction("new", 2000), replaces="poor") == "gone"


def test_the_same_transaction_goes_through_where_it_replaces_nothing(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(step=QUIET)
    new = make_transaction("new", 1000)

    assert chain.submit(new, replaces="old") == "gone"
    assert chain.submit(new) == "waiting"
    assert _executed(chain, 1) == ["new"]


def test_what_waits_is_listed_by_sender_in_the_order_in_which_it_came(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(step=QUIET)
    for name in ("b", "a"):
        chain.submit(make_transaction(name, 100))
    chain.submit(replace(make_transaction("hers", 100), sender="she"))

    assert [transaction.id for transaction in chain.waiting("me")] == ["b", "a"]
    assert chain.waiting("nobody") == ()
