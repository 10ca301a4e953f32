import json
from pathlib import Path

import pytest

from venues.chains.fees.replacement import BLOB_BUMP_PERCENT, BUMP_PERCENT, may_replace

GETH = Path(__file__).parents[4] / "../shared/vectors/consensus/geth_txpool_replacement.json"


@pytest.mark.skipif(not GETH.exists(), reason="the folder shared/ with the geth vectors is not here")
def test_replacements_are_accepted_as_in_the_geth_vectors() -> None:
    vectors = json.loads(GETH.read_text())

    assert len(vectors["replacement"]) == 4
    assert vectors["params"]["price_bump_pct"] == BUMP_PERCENT - 100
    assert vectors["params"]["blobpool_price_bump_pct"] == BLOB_BUMP_PERCENT - 100
    for row in vectors["replacement"]:
        old, new = (row["old_fee_cap"], row["old_tip"]), (row["new_fee_cap"], row["new_tip"])
        assert may_replace(old, new) == row["accepted"]


def test_a_transaction_with_blobs_pays_twice_as_much_to_replace_another() -> None:
    assert may_replace((100, 10), (200, 20), bump_percent=BLOB_BUMP_PERCENT)
    assert not may_replace((100, 10), (199, 20), bump_percent=BLOB_BUMP_PERCENT)
    assert not may_replace((100, 10), (200, 19), bump_percent=BLOB_BUMP_PERCENT)


def test_in_a_first_price_auction_only_the_price_counts() -> None:
    assert may_replace((100, 0), (110, 0), tip_counts=False)
    assert not may_replace((100, 0), (110, 0))
