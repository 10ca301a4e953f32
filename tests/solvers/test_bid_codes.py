"""The published list of codes is the list that the auctioneer has."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from solvers.bid_codes import BID_CODES, BidCode
from solvers.messages import BidResult

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "bid-codes.md").read_text(encoding="utf-8")


def test_every_code_has_a_meaning_and_stands_on_the_page() -> None:
    assert tuple(BID_CODES) == get_args(BidCode)
    assert [line for line in PAGE.splitlines() if line.startswith("| `")] == [
        f"| `{code}` | {meaning} |" for code, meaning in BID_CODES.items()
    ]


def test_a_bid_cannot_be_answered_with_another_code() -> None:
    with pytest.raises(ValidationError, match="code"):
        BidResult.model_validate({"position": 0, "outcome": "lost", "code": "disliked", "score": 0})
