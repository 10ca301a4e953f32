"""Detector S1 on its own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from auction.conduct.detector import AuctionView
from auction.conduct.margins import AuctionRecord
from auction.conduct.residual_dependence import ResidualDependence

RECORD = AuctionRecord(auction="1", time_ms=0, bucket="x", notional=1, benchmark=0, surplus={})


def bets(agreed: float, slack: float = 0.04) -> list[float]:
    view = AuctionView(
        record=RECORD,
        solvers=("a", "b"),
        surprise=np.zeros(2),
        agreement=np.array([[np.nan, agreed], [agreed, np.nan]]),
    )
    return ResidualDependence(slack).bet(view)[:, 0, 1].tolist()


@given(st.floats(-1, 1), st.floats(0, 0.5))
def test_no_bet_loses_more_than_its_stake(agreed: float, slack: float) -> None:
    assert all(-1 <= bet <= 1 for bet in bets(agreed, slack))


def test_agreement_within_the_slack_wins_on_neither_side() -> None:
    assert max(bets(0.04)) == 0.0
    assert max(bets(-0.04)) == 0.0


def test_agreement_wins_on_one_side_and_opposition_on_the_other() -> None:
    assert bets(0.5)[0] > 0 > bets(0.5)[1]
    assert bets(-0.5)[1] > 0 > bets(-0.5)[0]


def test_where_agreement_cannot_be_told_there_is_no_bet() -> None:
    assert np.isnan(bets(np.nan)).all()
