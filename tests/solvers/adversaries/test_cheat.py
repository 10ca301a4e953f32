"""The cheat bids like somebody honest, and settles something else."""

import pytest

from intents import builders
from solvers.adversaries.cheat import Cheat
from solvers.bid import BidFill
from solvers.messages import Award, OwnSettlement
from solvers.session import Session
from solvers.solver import Batch, batch_of
from tests.solvers.rounds import announce
from tests.solvers.small_market import EXPIRY, job, market

LONG_PUT = builders.single(builders.option(EXPIRY, 120, "P"))
WON = Award(round=1, solver="cheat", won=(0,), results=())


def batch() -> Batch:
    return batch_of(announce(market(), job(LONG_PUT, 5, 40.0)), "cheat", b"x")


def settled(cheat: Cheat) -> tuple[BidFill, OwnSettlement]:
    """Return what the cheat bid, and what it settles when that has won."""
    (bid,) = cheat.solve(batch())
    (own,) = cheat.own_settlements(WON)
    assert bid is not None
    return bid.fills[0], own


def test_it_undercuts_what_its_route_costs() -> None:
    (bid,) = Cheat().solve(batch())
    honest = batch().route(batch().intents[0], engine="path").to_bid()

    assert bid is not None
    assert honest is not None
    assert bid.fills[0].debit < honest.fills[0].debit
    assert Cheat().on_award(WON) == WON.won


def test_it_overcharges_up_to_the_owners_limit() -> None:
    bid, own = settled(Cheat(way="overcharge"))

    assert own.fills[0].debit == batch().intents[0].intent.max_debit(bid.quantity) > bid.debit
    assert own.fills[0].model_copy(update={"debit": bid.debit}) == bid


def test_it_skims_a_tenth() -> None:
    bid, own = settled(Cheat(way="skim"))

    assert own.fills[0].quantity == bid.quantity * 9 // 10
    assert own.fills[0].legs == {name: legs * 9 // 10 for name, legs in bid.legs.items()}
    assert own.fills[0].orders == bid.orders


def test_it_trades_elsewhere_or_at_any_price() -> None:
    bid, own = settled(Cheat(way="detour"))

    assert len(own.fills[0].orders) == len(bid.orders)
    for sent, awarded in zip(own.fills[0].orders, bid.orders, strict=True):
        assert (sent.instrument, sent.side, sent.quantity) == (awarded.instrument, awarded.side, awarded.quantity)
        assert sent != awarded


def test_it_takes_its_ways_in_turn() -> None:
    cheat = Cheat(way="detour,overcharge")
    (bid,) = cheat.solve(batch())

    assert bid is not None
    debits = [cheat.own_settlements(WON)[0].fills[0].debit for _ in range(3)]
    assert [debit == bid.fills[0].debit for debit in debits] == [True, False, True]


def test_a_way_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="way must be of overcharge, skim, detour, not 'detour,honest'"):
        Cheat(way="detour,honest")


class Own(Cheat):
    """A cheat whose settlements are what a test says."""

    answer: object = ()

    def own_settlements(self, award: Award) -> list[OwnSettlement]:
        return self.answer  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("twice", "ValueError: own_settlements must return one settlement at most"),
        ("elsewhere", "ValueError: own_settlements must return one settlement at most"),
        (["nothing"], "TypeError: own_settlements must return settlements"),
        (7, "TypeError: own_settlements must return settlements"),
    ],
)
def test_what_is_no_settlement_of_its_own_wins_is_not_sent(answer: object, error: str) -> None:
    _, own = settled(Cheat())
    solver = Own()
    solver.answer = {"twice": [own, own], "elsewhere": [own.model_copy(update={"position": 3})]}.get(
        str(answer), answer
    )
    session = Session(solver, "cheat", bytes(32))

    decision = session.decide(WON)

    assert (decision.settle, decision.own) == ((0,), ())
    assert decision.error.startswith(error)


def test_a_decision_without_settlements_of_its_own_says_nothing_of_them() -> None:
    _, own = settled(Cheat())
    solver = Own()

    silent = Session(solver, "cheat", bytes(32)).decide(WON)
    solver.answer = [own]
    telling = Session(solver, "cheat", bytes(32)).decide(WON)

    assert "own" not in silent.model_dump(mode="json")
    assert telling.own == (own,)
    assert type(telling).model_validate_json(telling.model_dump_json()) == telling
