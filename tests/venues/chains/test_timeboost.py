import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.timeboost import Bid, RoundRules, Sale, ranked, sale_of

RULES = RoundRules(reserve_wei=100, origin_ms=5_000)
bids = st.lists(
    st.builds(Bid, st.sampled_from("abcdef"), st.integers(0, 300)), max_size=6, unique_by=lambda b: b.bidder
)


def test_the_highest_bidder_pays_the_second_highest_bid() -> None:
    assert sale_of([Bid("a", 300), Bid("b", 500), Bid("c", 200)], 7, RULES) == Sale(7, "b", 300)


def test_a_lone_bidder_pays_the_reserve() -> None:
    assert sale_of([Bid("a", 300), Bid("b", 99)], 7, RULES) == Sale(7, "a", 100)


def test_nobody_gets_the_lane_below_the_reserve() -> None:
    assert sale_of([Bid("a", 99)], 7, RULES) is None


@given(bids, st.integers(0, 1_000))
def test_a_winner_pays_between_the_reserve_and_its_bid(offered: list[Bid], number: int) -> None:
    sale = sale_of(offered, number, RULES)

    if sale is None:
        assert all(bid.amount_wei < 100 for bid in offered)
    else:
        highest = max(bid.amount_wei for bid in offered)
        assert Bid(sale.winner, highest) in offered
        assert 100 <= sale.price_wei <= highest


@given(bids, st.integers(0, 400), st.integers(0, 400))
def test_no_bid_is_better_than_the_truth(others: list[Bid], worth: int, instead: int) -> None:
    def gain(amount: int) -> int:
        sale = sale_of([*others, Bid("me", amount)], 3, RULES)
        return worth - sale.price_wei if sale is not None and sale.winner == "me" else 0

    assert gain(worth) >= gain(instead)


def test_ties_do_not_always_favour_the_same_bidder() -> None:
    assert {ranked([Bid("a", 200), Bid("b", 200)], number)[0].bidder for number in range(20)} == {"a", "b"}


def test_rounds_follow_on_each_other_from_the_origin() -> None:
    assert [RULES.round_at(time_ms) for time_ms in (5_000, 64_999, 65_000)] == [0, 0, 1]
    assert RULES.starts_ms(1) == 65_000
    assert [RULES.is_settling(1, time_ms) for time_ms in (49_999, 50_000, 64_999, 65_000)] == [False, True, True, False]


@pytest.mark.parametrize(
    "parts",
    [
        {"round_ms": 9_999},
        {"closing_ms": 4_999},
        {"reserve_submission_ms": 999},
        {"round_ms": 20_000, "closing_ms": 10_000, "reserve_submission_ms": 10_001},
    ],
)
def test_rounds_shorter_than_the_contract_allows_are_refused(parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"round|bids|reserve"):
        RoundRules(reserve_wei=1, **{"closing_ms": 5_000, "reserve_submission_ms": 1_000, **parts})
