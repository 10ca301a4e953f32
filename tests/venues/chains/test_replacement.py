import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from venues.chains.presets import ROLLUP_2S

GETH = Path(__file__).parents[3] / "../shared/vectors/consensus/geth_txpool_replacement.json"

Make = Callable[..., Any]


@pytest.mark.skipif(not GETH.exists(), reason="the folder shared/ with the geth vectors is not here")
def test_replacement_follows_the_geth_vectors(make_chain: Make, make_transaction: Make) -> None:
    rows = json.loads(GETH.read_text())["replacement"]

    assert rows
    for row in rows:
        chain = make_chain(ROLLUP_2S)
        chain.submit(make_transaction("old", row["old_fee_cap"], tip_gwei=row["old_tip"]))
        new = make_transaction("new", row["new_fee_cap"], tip_gwei=row["new_tip"])
        assert (chain.submit(new, replaces="old") == "waiting") == row["accepted"]


@pytest.mark.parametrize(
    ("fee", "tip", "answer"),
    [(110, 66, "waiting"), (110, 65, "underpriced"), (109, 66, "underpriced"), (100, 60, "underpriced")],
)
def test_a_replacement_pays_a_tenth_more_in_both_fee_and_tip(
    make_chain: Make, make_transaction: Make, fee: int, tip: int, answer: str
) -> None:
    """The rule of go-ethereum's transaction pool (core/txpool/legacypool/list.go); 100 and 60 are replaced."""
    chain = make_chain(ROLLUP_2S)
    chain.submit(make_transaction("old", 100, tip_gwei=60))

    assert chain.submit(make_transaction("new", fee, tip_gwei=tip), replaces="old") == answer
    assert chain.is_waiting("old") == (answer == "underpriced")
    assert chain.is_waiting("new") == (answer == "waiting")


def test_a_replacement_pays_at_least_a_wei_more(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain()
    chain.submit(make_transaction("old", 1e-9))

    assert chain.submit(make_transaction("same", 1e-9), replaces="old") == "underpriced"
    assert chain.submit(make_transaction("more", 2e-9), replaces="old") == "waiting"


def test_the_tip_does_not_matter_for_a_replacement_before_base_fees(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain()
    chain.submit(make_transaction("old", 100))

    assert chain.submit(make_transaction("new", 110), replaces="old") == "waiting"


def test_what_was_replaced_is_never_executed(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain()
    chain.submit(make_transaction("old", 1000))
    chain.submit(make_transaction("new", 1200), replaces="old")

    names = [receipt.transaction_id for _ in range(5) for receipt in chain.produce().receipts]

    assert names == ["new"]
    assert len(chain.state.called) == 1


def test_what_was_withdrawn_is_never_executed(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain()
    chain.submit(make_transaction("t", 1000))
    chain.withdraw("t")

    assert [receipt for _ in range(5) for receipt in chain.produce().receipts] == []
