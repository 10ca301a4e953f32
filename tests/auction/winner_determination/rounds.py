"""Small random rounds, and the plainest possible way to choose their winners."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from auction.winner_determination.offer import Limits, Offer, Tally
from venues.seeds import Generator, generator

ITEMS = 8


def random_round(seed: int, items: int = ITEMS, offers: int = 11) -> tuple[list[Offer], Limits]:
    """Return offers on up to eight intents: whole and partial fills, cash, venues with reaches, sometimes counts."""
    draw = generator(seed, "random round")
    capacity = {f"intent {i}": int(draw.integers(2, 6)) for i in range(int(draw.integers(2, items + 1)))}
    solvers = [f"s{k}" for k in range(int(draw.integers(2, 6)))]
    capacity |= {f"cash {solver}": int(draw.integers(5, 25)) for solver in solvers}
    bids = [_random_offer(draw, i, capacity, solvers) for i in range(int(draw.integers(3, offers + 1)))]
    most_winners = int(draw.integers(1, 5)) if draw.random() < 0.25 else None
    most_per_solver = int(draw.integers(1, 3)) if draw.random() < 0.25 else None
    return bids, Limits(capacity=capacity, most_winners=most_winners, most_per_solver=most_per_solver)


def _random_offer(draw: Generator, number: int, capacity: dict[str, int], solvers: list[str]) -> Offer:
    intents = [name for name in capacity if name.startswith("intent")]
    solver = solvers[int(draw.integers(len(solvers)))]
    size = min(1 + int(draw.geometric(0.5)), len(intents))
    chosen = [intents[int(i)] for i in draw.choice(len(intents), size, replace=False)]
    takes = {name: capacity[name] if draw.random() < 0.7 else int(draw.integers(1, capacity[name])) for name in chosen}
    volume = sum(takes.values())
    reaches = {}
    if draw.random() < 0.5:
        venue = f"venue {int(draw.integers(2))}"
        takes[venue] = volume
        reaches[venue] = volume + int(draw.integers(0, 8))
    if draw.random() < 0.5:
        takes[f"cash {solver}"] = int(draw.integers(1, 12))
    score = int(draw.integers(0, 40)) * size
    return Offer(id=f"{number:02}", solver=solver, score=score, volume=volume, takes=takes, reaches=reaches)


def feasible_sets(
    offers: Sequence[Offer], limits: Limits, chosen: tuple[Offer, ...] = ()
) -> Iterator[tuple[Offer, ...]]:
    """Yield every set of offers that may win together; what may not cannot be mended by adding to it."""
    yield chosen
    for i, offer in enumerate(offers):
        if Tally(limits, chosen).fits(offer):
            yield from feasible_sets(offers[i + 1 :], limits, (*chosen, offer))


def best_score(offers: Sequence[Offer], limits: Limits) -> int:
    """Return the highest score of a feasible set, by looking at all of them."""
    return max(sum(offer.score for offer in found) for found in feasible_sets(offers, limits))


def on_items(number: int | str, solver: str, score: int, items: str) -> Offer:
    """Return an offer on whole items, each named by a letter."""
    takes = dict.fromkeys(items, 1)
    return Offer(id=str(number), solver=solver, score=score, volume=len(items), takes=takes)


def one_of_each(items: str) -> Limits:
    """Return limits under which every item is there once."""
    return Limits(capacity=dict.fromkeys(items, 1))


def rivals_of(offers: Sequence[Offer], limits: Limits, seed: int) -> tuple[list[Offer], Limits]:
    """Return a round in which other solvers found what some offers do, or nearly so, for another score."""
    draw = generator(seed, "rivals")
    found = list(offers)
    for offer in offers:
        if draw.random() < 0.5:
            worse = {name: quantity + int(draw.integers(2)) for name, quantity in offer.takes.items()}
            found.append(
                replace(
                    offer,
                    id=f"{offer.id} again",
                    solver=f"s{int(draw.integers(5))}",
                    score=max(0, offer.score + int(draw.integers(-3, 4))),
                    takes=worse if draw.random() < 0.5 else offer.takes,
                )
            )
    return [offer for offer in found if Tally(limits).fits(offer)], limits
