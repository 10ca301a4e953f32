import pytest
from pydantic import ValidationError

from solvers.bid import MAX_FILLS, MAX_ORDERS, Bid, BidFill
from solvers.messages import MAX_BIDS, BidSheet
from venues.markets.venue import Order

ORDER = Order(venue="v", instrument="ETH", side="buy", quantity=2**70, bound=1)


def fill(intent: str = "1", **changes: object) -> BidFill:
    fields: dict[str, object] = {
        "intent_id": intent * 64,
        "quantity": 2**100,
        "debit": -(2**90),
        "chain": "eip155:1",
        "legs": {"ETH-27MAR20-120-P": -(2**100)},
        "orders": (ORDER,),
    }
    return BidFill.model_validate(fields | changes)


def bid(*fills: BidFill) -> Bid:
    return Bid(solver="me", round=3, fills=fills)


def test_a_bid_survives_the_way_through_json_with_every_digit() -> None:
    sheet = BidSheet(solver="me", round=3, bids=(bid(fill("1"), fill("2")),))

    assert BidSheet.model_validate_json(sheet.model_dump_json()) == sheet
    assert str(2**100) in sheet.model_dump_json()


def test_the_intents_of_a_bid_are_named_once_and_sorted() -> None:
    assert bid(fill("b"), fill("a"), fill("b")).intents == ("a" * 64, "b" * 64)


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": -1},
        {"quantity": 1.0},
        {"debit": 2**255},
        {"intent_id": "x" * 64},
        {"chain": "c" * 42},
        {"legs": {"ETH": 1.5}},
        {"legs": {str(i): 1 for i in range(65)}},
        {"orders": (ORDER,) * (MAX_ORDERS + 1)},
        {"extra": 1},
    ],
)
def test_a_malformed_fill_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        fill(**changes)


def test_a_bid_has_between_one_and_so_many_fills() -> None:
    assert len(bid(*[fill()] * MAX_FILLS).fills) == MAX_FILLS
    for count in (0, MAX_FILLS + 1):
        with pytest.raises(ValidationError):
            bid(*[fill()] * count)


@pytest.mark.parametrize("name", ["", "-me", "Me", "m/e", "m" * 49, "me\n"])
def test_a_name_that_would_not_do_in_a_topic_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Bid(solver=name, round=3, fills=(fill(),))


def test_a_sheet_holds_so_many_bids_at_most() -> None:
    with pytest.raises(ValidationError):
        BidSheet(solver="me", round=3, bids=(bid(fill()),) * (MAX_BIDS + 1))
