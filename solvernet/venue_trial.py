"""How venues of each kind keep a quote until it can be traded on, on calm chains and on crowded ones.

    python -m solvernet.venue_trial [--scenarios NAME NAME] [--window W] [--seeds N] [--out FILE]

Every minute each venue of a chain is asked for a few options either way. The settlement policy then sends a
transaction, as it would for an award, and pays more for it while it waits. In the block in which it lands the same
orders are tried on the venues as they are then, with the bound that solvers give theirs. Nobody trades, so that all
kinds see the same market; desks are asked for quotes as the auctioneer asks them. Seeds are the unit of the comparison:
orders of one minute stand and fall together.
"""

import argparse
import json
import math
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from auction.aftermath import OPERATOR
from auction.rules import AuctionRules
from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from solvernet import rules
from solvernet.build import build_world
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from solvernet.venue_comparison import Line, compared, mean, text
from solvers.routing.desk import SLACK_PPM, open_order
from venues.calls.gas import SETTLE_GAS
from venues.calls.quoting import RequestQuotes
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Transaction
from venues.markets.rfq import RfqDesk
from venues.markets.venue import Order, Unfilled
from venues.view import Offer
from venues.world import World

EVERY_MS: Final = 60_000
LEADS_MS: Final = (45_000, 40_000)
"""Times before a question at which desks are asked: a second time, because a request may be about to end."""

QUANTITY: Final = 2 * OPTION_UNIT
MONEYNESS: Final = (0.9, 1.0, 1.1)
VENUE_GAS: Final = 120_000
TWINS: Final = ("venue-kinds-v1", "venue-kinds-congested-v1")


@dataclass(frozen=True, slots=True)
class Asked:
    """One order that a venue quoted."""

    kind: str
    order: Order
    quoted: int
    fair: float
    notional: float


@dataclass(slots=True)
class Probe:
    """The questions of one minute on one chain, and the transaction that would settle them."""

    asked: list[Asked]
    asked_ms: int
    name: str = ""
    offered_wei: int = 0
    cap_wei: int = 0
    sent_block: int = 0


@dataclass(slots=True)
class Tally:
    """What became of orders at venues of one kind."""

    asked: int = 0
    quoted: int = 0
    refused: int = 0
    late: int = 0
    slippage_bps: list[float] = field(default_factory=list)
    cost_bps: list[float] = field(default_factory=list)


class Prober:
    """Asks and tries; an observer of a world."""

    def __init__(self, scenario: Scenario, policy: AuctionRules) -> None:
        self._scenario = scenario
        self._policy = policy.policy
        self._patience_ms = policy.policy.delivery_window_ms
        self._waiting: dict[str, list[Probe]] = {}
        self.tallies: dict[tuple[str, str], Tally] = {}
        self.waits: dict[str, list[float]] = {}

    def request(self, world: World) -> None:
        """Ask the desks of every chain about the series of the next question."""
        for chain in world.chain_ids:
            for desk in [venue for venue in world.state(chain).venues.values() if isinstance(venue, RfqDesk)]:
                for name in self._series(world):
                    call = RequestQuotes(venue=desk.id, structure=name, amount=QUANTITY)
                    message = Transaction(id=f"{name}:{world.now_ms}", sender=OPERATOR, call=call, max_fee_wei=0)
                    world.submit(Offer(chain, message, is_message=True))

    def ask(self, world: World) -> None:
        """Ask every venue, and be ready to send."""
        for chain in world.chain_ids:
            asked = list(self._quotes(world, chain))
            self._waiting.setdefault(chain, []).append(Probe(asked, world.now_ms))

    def send(self, world: World) -> None:
        """Send the transactions of all questions."""
        for chain, probes in self._waiting.items():
            price = self._policy.price(world.chain(chain))
            probes[-1].cap_wei = self._policy.cap(price)
            self._offer(world, chain, probes[-1], price, None)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Try the orders whose transaction is in a block; pay more for others, until it is too late for them."""
        now_ms = produced.summary.time_ms
        included = {receipt.transaction_id for receipt in produced.receipts}
        for probe in [probe for probe in self._waiting.get(chain_id, []) if probe.name]:
            if probe.name in included:
                self._waiting[chain_id].remove(probe)
                self.waits.setdefault(chain_id, []).append((now_ms - probe.asked_ms) / 1000)
                self._try(world, chain_id, probe, now_ms)
            elif now_ms > probe.asked_ms + self._patience_ms:
                self._waiting[chain_id].remove(probe)
                world.chain(chain_id).withdraw(probe.name)
                for each in probe.asked:
                    self.tallies[chain_id, each.kind].late += 1
            else:
                self._bump(world, chain_id, probe)

    def _bump(self, world: World, chain_id: str, probe: Probe) -> None:
        chain = world.chain(chain_id)
        if chain.number - probe.sent_block >= self._policy.bump_after_blocks:
            price = self._policy.raised(probe.offered_wei, self._policy.price(chain), probe.cap_wei)
            if price is not None:
                self._offer(world, chain_id, probe, price, probe.name)

    def _series(self, world: World) -> list[str]:
        spot = world.truth.price(world.now_ms) / PRICE_UNIT
        strikes = self._scenario.market.strikes
        near = sorted({min(strikes, key=lambda strike: abs(strike - spot * part)) for part in MONEYNESS})
        return [f"ETH-{e}-{k}-{right}" for e in self._scenario.market.expiries for k in near for right in "CP"]

    def _quotes(self, world: World, chain: str) -> Iterator[Asked]:
        state, spot = world.state(chain), world.truth.price(world.now_ms) / PRICE_UNIT
        names = self._series(world)
        fair = dict(zip(names, world.truth.fair(names, world.now_ms), strict=True))
        notional = spot * QUANTITY / OPTION_UNIT
        for venue_id in sorted(state.venues):
            venue = state.venues[venue_id]
            if not isinstance(venue, RfqDesk) and not set(names) & set(venue.instruments()):
                continue
            for name in names:
                for side in ("buy", "sell"):
                    order = open_order(venue_id, name, "buy" if side == "buy" else "sell", QUANTITY)
                    outcome = venue.execute(order, state.market(world.now_ms))
                    tally = self.tallies.setdefault((chain, venue.kind), Tally())
                    tally.asked += 1
                    if not isinstance(outcome, Unfilled):
                        tally.quoted += 1
                        worth = float(fair[name]) * QUANTITY / OPTION_UNIT
                        yield Asked(venue.kind, order, outcome[1].cash, worth, notional)

    def _offer(self, world: World, chain_id: str, probe: Probe, price_wei: int, replaces: str | None) -> None:
        chain = world.chain(chain_id)
        name = f"probe:{chain_id}:{probe.asked_ms}:{price_wei}:{world.now_ms}"
        transaction = Transaction(
            id=name,
            sender=OPERATOR,
            call=Trade(trader=OPERATOR, orders=(), venue_gas=SETTLE_GAS + VENUE_GAS),
            max_fee_wei=price_wei,
            tip_wei=self._policy.tip_wei if chain.rules.base_fee else 0,
            submitted_ms=world.now_ms,
        )
        if world.submit(Offer(chain_id, transaction, replaces)) == "waiting":
            probe.name, probe.offered_wei, probe.sent_block = name, price_wei, chain.number

    def _try(self, world: World, chain: str, probe: Probe, block_ms: int) -> None:
        state = world.state(chain)
        for each in probe.asked:
            tally, order = self.tallies[chain, each.kind], each.order
            outcome = state.venues[order.venue].execute(_bounded(each), state.market(block_ms))
            if isinstance(outcome, Unfilled):
                tally.refused += 1
                continue
            sign = 1 if order.side == "buy" else -1
            cash = outcome[1].cash / USDC_UNIT
            tally.slippage_bps.append(sign * (cash - each.quoted / USDC_UNIT) / each.notional * 1e4)
            tally.cost_bps.append(sign * (cash - each.fair) / each.notional * 1e4)


def _bounded(asked: Asked) -> Order:
    """Return an order with the bound that solvers give theirs."""
    sign = 1 if asked.order.side == "buy" else -1
    bound = asked.quoted + sign * (asked.quoted * SLACK_PPM // 1_000_000)
    return Order(
        venue=asked.order.venue,
        instrument=asked.order.instrument,
        side=asked.order.side,
        quantity=asked.order.quantity,
        bound=max(bound, 0),
    )


def trial(name: str, window: str | None, seed: int) -> list[Line]:
    """Return what became of orders in one scenario under one seed, a line for each kind and chain."""
    scenario = parse_scenario(scenario_text(name), name)
    span = scenario.window_named(window)
    world, prober = build_world(scenario, seed, span.start, {}), Prober(scenario, rules.auction_rules(scenario))
    for start in range(span.start, span.end - EVERY_MS, EVERY_MS):
        for lead_ms in LEADS_MS:
            world.advance(start + EVERY_MS - lead_ms, [prober])
            prober.request(world)
        world.advance(start + EVERY_MS, [prober])
        prober.ask(world)
        world.advance(start + EVERY_MS + rules.ms(scenario.rounds.award_delay_s), [prober])
        prober.send(world)
    world.advance(span.end, [prober])
    chains = {part.caip2: label for label, part in scenario.chains.items()}
    return [
        Line(
            scenario=name,
            seed=seed,
            chain=chains[chain],
            kind=kind,
            asked=tally.asked,
            quoted=tally.quoted / tally.asked,
            late=tally.late / max(tally.late + tally.refused + len(tally.cost_bps), 1),
            refused=tally.refused / max(tally.refused + len(tally.cost_bps), 1),
            slippage_bps=mean(tally.slippage_bps),
            cost_bps=mean(tally.cost_bps),
            wait_s=statistics.median(prober.waits.get(chain, [math.nan])),
        )
        for (chain, kind), tally in sorted(prober.tallies.items())
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trial and print the comparison."""
    parser = argparse.ArgumentParser(prog="python -m solvernet.venue_trial")
    parser.add_argument("--scenarios", nargs=2, default=TWINS, metavar="NAME")
    parser.add_argument("--window")
    parser.add_argument("--seeds", type=int, default=5, choices=range(1, 11), metavar="N")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    twins = (options.scenarios[0], options.scenarios[1])
    lines: list[Line] = []
    for seed in range(1, options.seeds + 1):
        for name in twins:
            lines += trial(name, options.window, seed)
            sys.stderr.write(f"{name}, seed {seed}\n")
    rows = compared(lines, twins)
    sys.stdout.writelines(map(text, rows))
    if options.out is not None:
        body = {
            "seeds": options.seeds,
            "window": options.window or "whole",
            "rows": rows,
            "lines": [*map(asdict, lines)],
        }
        options.out.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
