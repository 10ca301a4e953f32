"""Record rounds of a thousand bids by the project's own solvers: `python -m benchmarks.auction_rounds.record`.

Intents of the black-thursday-v1 scenario come in as there, but all of them at one instant, until there are a thousand
bids on two hundred intents or more that the auctioneer finds to hold and fair. It takes some minutes; the rounds are
kept beside this file.
"""

import itertools
from collections.abc import Iterator, Mapping

from auction.scoring import Scored, Tender, check
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.rounds import WinnerRule, limits_of, offers_of
from auction.winners import fairness_filter
from benchmarks.auction_rounds.recorded import FILE, Recorded, written
from intents.intent import SignedIntent
from intents.signing import intent_id, sign
from solvernet.engine import Engine, RunName
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvers.bid import Bid
from solvers.messages import Announcement, OpenIntent
from solvers.registry import load, parse_spec
from solvers.solver import Solver, batch_of
from venues.snapshot import Snapshot

SCENARIO = "black-thursday-v1"
HOURS = range(0, 40, 8)
BIDS, INTENTS = 1_000, 200
SLICE = 10
"""Intents that solvers are asked about at a time."""


def round_after(hour: int) -> Recorded:
    """Return a round of what comes in from an hour of the scenario on."""
    text = scenario_text(SCENARIO)
    scenario = parse_scenario(text, SCENARIO)
    engine = Engine(RunName(scenario, scenario_hash(text), scenario.window, 7), {}, "bench", has_house=False)
    engine.advance(engine.name.window.start + hour * 3_600_000)
    world, snapshot = engine.auctioneer.world, engine.auctioneer.snapshot()
    solvers = {parse_spec(spec).name: load(parse_spec(spec)) for spec in scenario.solvers.specs}
    states = {chain: world.state(chain) for chain in world.chain_ids}
    found: list[Scored] = []
    filled: dict[str, int] = {}
    coming = _coming(engine, snapshot.time_ms)
    while len(found) < BIDS or len(filled) < INTENTS:
        part = dict(itertools.islice(coming, SLICE))
        tender = Tender(
            round=1,
            snapshot=snapshot,
            states=states,
            intents={name: (signed, signed.intent.quantity) for name, signed in part.items()},
        )
        sheets = [_bids(name, solver, snapshot, part) for name, solver in solvers.items()]
        answers = [check(bid, len(found) + i, tender) for sheet in sheets for i, bid in enumerate(sheet)]
        fair, _ = fairness_filter([answer for answer in answers if isinstance(answer, Scored)])
        found += fair
        filled |= {name: part[name].intent.quantity for scored in fair for name in scored.bid.intents}
    cash = {(name, chain): state.clearing.account(name).cash for name in solvers for chain, state in states.items()}
    return _plain(offers_of(found[:BIDS]), limits_of(WinnerRule(), filled, cash))


def _coming(engine: Engine, now_ms: int) -> Iterator[tuple[str, SignedIntent]]:
    """Yield what users send from now on, as if all of it were there now."""
    for since_ms in itertools.count(now_ms, engine.every_ms):
        for posting in engine.flow.between(since_ms, since_ms + engine.every_ms):
            dates = {"valid_from_ms": now_ms - 1, "valid_until_ms": now_ms + engine.every_ms}
            signed = sign(posting.intent.model_copy(update=dates), engine.flow.users[posting.user].account)
            yield intent_id(signed.intent), signed


def _bids(name: str, solver: Solver, snapshot: Snapshot, intents: Mapping[str, SignedIntent]) -> list[Bid]:
    """Return what one solver bids."""
    announcement = Announcement(
        round=1,
        time_ms=snapshot.time_ms,
        intents=tuple(
            OpenIntent(intent_id=intent, intent=signed.intent, remaining=signed.intent.quantity)
            for intent, signed in intents.items()
        ),
        snapshot=snapshot,
        snapshot_hash=snapshot.hash,
        seal_key="",
        nodes=200,
    )
    return [bid for bid in solver.solve(batch_of(announcement, name, b"benchmark")) if bid]


def _plain(offers: tuple[Offer, ...], limits: Limits) -> Recorded:
    """Return offers with numbers for the names of intents, which are long."""
    number = {name: f"intent {i}" for i, name in enumerate(n for n in limits.capacity if n.startswith("intent "))}
    capacity = {number.get(name, name): most for name, most in limits.capacity.items()}
    plain = [
        Offer(
            id=f"{i:04}",
            solver=offer.solver,
            score=offer.score,
            volume=offer.volume,
            takes={number.get(name, name): quantity for name, quantity in offer.takes.items()},
            reaches=offer.reaches,
        )
        for i, offer in enumerate(offers)
    ]
    return plain, Limits(capacity=capacity)


def main() -> None:
    """Record all rounds."""
    found = []
    for hour in HOURS:
        found.append(round_after(hour))
        FILE.write_bytes(written(found))
        print(f"hour {hour}: {len(found[-1][0])} bids", flush=True)


if __name__ == "__main__":
    main()
