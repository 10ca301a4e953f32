"""Among choices worth the same the hash decides, however large they are and however little others are worth less."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from auction.errors import UndecidedError
from auction.winner_determination import luck as luck_module
from auction.winner_determination.exact import Exact
from auction.winner_determination.model import Model
from auction.winner_determination.offer import Limits, Offer, tie_weight
from auction.winner_determination.scarcity import Row
from tests.auction.winner_determination.rounds import feasible_sets, random_round
from venues.seeds import Generator, generator

BILLION = 10**9
Score = Callable[[Offer, Generator], int]

SCORES: dict[str, Score] = {
    "all are worth nothing": lambda _, __: 0,
    "all are worth one": lambda _, __: 1,
    "one or two": lambda offer, _: 1 + offer.score % 2,
    "a dollar apart": lambda offer, _: offer.score // 20 * 1_000_000,
    "a unit apart in ten thousand dollars": lambda _, draw: 10 * BILLION + int(draw.integers(2)),
    "a unit apart in a million dollars": lambda _, draw: 1000 * BILLION + int(draw.integers(2)),
    "some tiny, some large": lambda _, draw: [1, 2, 10 * BILLION, 10 * BILLION + 1][int(draw.integers(4))],
    "by volume": lambda offer, _: offer.volume * BILLION,
    "by volume, a unit apart": lambda offer, draw: offer.volume * BILLION + int(draw.integers(2)),
}


def luck(tie: bytes, offers: Sequence[Offer]) -> int:
    """Return the sum of tie weights, in whole units of the hash."""
    return sum(int(tie_weight(tie, offer) * 2**48) for offer in offers)


def tied_round(seed: int, score: Score) -> tuple[list[Offer], Limits]:
    """Return a small random round with scores of which many are the same."""
    offers, limits = random_round(seed)
    draw = generator(seed, "scores")
    return [replace(offer, score=score(offer, draw)) for offer in offers], limits


@pytest.mark.parametrize("name", SCORES)
def test_the_luckiest_of_the_best_sets_wins(name: str) -> None:
    for seed in range(25):
        offers, limits = tied_round(seed, SCORES[name])
        tie = bytes([seed])

        choice = Exact(offers, limits, tie=tie).best()

        best = max(feasible_sets(offers, limits), key=lambda found: (sum(o.score for o in found), luck(tie, found)))
        assert choice.winners == tuple(sorted(best, key=lambda offer: offer.id)), seed
        assert choice.gap == 0.0


@pytest.mark.parametrize("name", ["all are worth one", "a dollar apart"])
def test_volume_and_surplus_come_before_luck(name: str) -> None:
    for seed in range(25):
        offers, limits = tied_round(seed, SCORES[name])
        tie = bytes([seed])

        choice = Exact(offers, limits, tie=tie, objective="volume").best()

        ranks = (
            (sum(o.volume for o in found), sum(o.score for o in found), luck(tie, found))
            for found in feasible_sets(offers, limits)
        )
        assert (choice.volume, choice.score, luck(tie, choice.winners)) == max(ranks), seed


def pairs(number: int, base: int, apart: int, seed: int) -> tuple[list[Offer], int]:
    """Return two rivals for each of many intents, with a common resource of which the second takes twice as much."""
    draw = generator(seed, "pairs")
    offers = [
        Offer(
            id=f"{k}.{size}",
            solver=f"s{k}.{size}",
            score=base + int(draw.integers(apart + 1)),
            takes={f"intent {k}": 1, "common": size},
        )
        for k in range(number)
        for size in (1, 2)
    ]
    return offers, 2 * number - 2


def best_of_pairs(offers: Sequence[Offer], most: int, tie: bytes) -> tuple[int, int]:
    """Return score and luck of the best choice among pairs, by dynamic programming over what is taken."""
    best = {0: (0, 0)}
    for first, second in zip(offers[::2], offers[1::2], strict=True):
        after = dict(best)
        for taken, (score, lucky) in best.items():
            for offer in (first, second):
                found = (score + offer.score, lucky + luck(tie, [offer]))
                total = taken + offer.takes["common"]
                if total <= most:
                    after[total] = max(found, after.get(total, found))
        best = after
    return max(best.values())


@pytest.mark.parametrize("base", [1, 10 * BILLION, 1000 * BILLION])
@pytest.mark.parametrize("apart", [0, 1, 3])
def test_one_of_a_million_sets_a_unit_apart_is_told_from_the_others(base: int, apart: int) -> None:
    for seed in range(5):
        offers, most = pairs(20, base, apart, seed)
        limits = Limits(capacity={"common": most} | {f"intent {k}": 1 for k in range(20)})
        tie = bytes([seed])

        choice = Exact(offers, limits, tie=tie).best()

        assert (choice.score, luck(tie, choice.winners)) == best_of_pairs(offers, most, tie)
        assert choice.gap == 0.0


def rings(number: int, scores: Sequence[int]) -> tuple[list[Offer], Limits]:
    """Return rings of five offers, of which neighbours exclude each other, and which all take of one thing."""
    offers = [
        Offer(
            id=f"{ring}.{k}",
            solver=f"s{k}",
            score=scores[k],
            takes={f"edge {ring}.{k}": 1, f"edge {ring}.{(k + 1) % 5}": 1, "common": 1},
        )
        for ring in range(number)
        for k in range(5)
    ]
    edges = {f"edge {ring}.{k}": 1 for ring in range(number) for k in range(5)}
    return offers, Limits(capacity=edges | {"common": 2 * number})


@pytest.mark.parametrize("base", [1, 10 * BILLION, 1000 * BILLION])
@pytest.mark.parametrize("number", [4, 9])
@pytest.mark.parametrize("more", [0, 1])
def test_chance_is_exact_where_relaxations_are_fractional(base: int, number: int, more: int) -> None:
    """Two of each ring win: five ways for a ring, and 5 to the 9th for all of them."""
    offers, limits = rings(number, [base + more, base, base + more, base, base])
    for tie in (b"a", b"b", b"c"):
        choice = Exact(offers, limits, tie=tie).best()

        for ring in range(number):
            five = offers[5 * ring : 5 * ring + 5]
            ways = [(five[k], five[(k + 2) % 5]) for k in range(5)]
            best = max(ways, key=lambda way: (sum(o.score for o in way), luck(tie, way)))
            assert {o.id for o in best} == {o.id for o in choice.winners if o in five}
        assert choice.gap == 0.0


def test_what_is_worth_less_is_refused_and_the_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the row of duals a million choices a unit apart look alike: they are counted, and it gives up."""
    monkeypatch.setattr(Model, "shortfall", lambda *_: Row({}, 1.0))
    monkeypatch.setattr(luck_module, "MOST_REFUSED", 3)
    for seed in range(5):
        offers, most = pairs(20, 10 * BILLION, 1, seed)
        limits = Limits(capacity={"common": most} | {f"intent {k}": 1 for k in range(20)})

        choice = Exact(offers, limits, tie=bytes([seed])).best()

        assert choice.score == best_of_pairs(offers, most, b"")[0]
        assert choice.gap == 0.0


def test_the_choice_at_hand_stays_where_the_solver_does_not_decide_on_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    def shortfall(*_: object) -> Row:
        raise UndecidedError("Unknown")

    monkeypatch.setattr(Model, "shortfall", shortfall)
    offers, limits = rings(4, [1, 1, 1, 1, 1])

    assert Exact(offers, limits).best().score == 8


@pytest.mark.parametrize("name", ["all are worth one", "some tiny, some large"])
def test_the_search_among_equals_leaves_later_questions_as_they_are(name: str) -> None:
    for seed in range(20):
        offers, limits = tied_round(seed, SCORES[name])
        solved = Exact(offers, limits, tie=bytes([seed]))
        solved.best()
        for solver in sorted({offer.solver for offer in offers}):
            rest = [offer for offer in offers if offer.solver != solver]

            assert solved.without(solver).score == Exact(rest, limits, tie=None).best().score, (seed, solver)
