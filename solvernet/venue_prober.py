"""Asking venues for quotes, and trying the same orders when a transaction lands: an observer of a world."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from auction.aftermath import OPERATOR
from auction.rules import AuctionRules
from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from solvernet.scenario import Scenario
from solvers.routing.desk import SLACK_PPM, open_order
from venues.calls.gas import SETTLE_GAS
from venues.calls.quoting import RequestQuotes
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.background import GWEI
from venues.chains.produced import Produced
from venues.chains.transaction import Transaction
from venues.markets.rfq import RfqDesk
from venues.markets.venue import Order, Unfilled, within_bound
from venues.view import Offer
from venues.world import World

QUANTITY: Final = 2 * OPTION_UNIT
MONEYNESS: Final = (0.9, 1.0, 1.1)
VENUE_GAS: Final = 120_000


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
    landed: int = 0
    gone: int = 0
    """Landed, and the venue had not enough left to trade against, whatever the price."""

    moved: int = 0
    """Landed, and the price was beyond the bound."""

    late: int = 0
    slippage_bps: list[float] = field(default_factory=list)
    cost_bps: list[float] = field(default_factory=list)


class Prober:
    """Asks and tries; an observer of a world."""

    def __init__(self, scenario: Scenario, policy: AuctionRules, wait_ms: int | None = None) -> None:
        self._scenario = scenario
        self._wait_ms = wait_ms
        self._policy = policy.policy
        self._patience_ms = policy.policy.delivery_window_ms
        self._waiting: dict[str, list[Probe]] = {}
        self.tallies: dict[tuple[str, str], Tally] = {}
        self.waits: dict[str, list[float]] = {}
        self.fullness: dict[str, list[float]] = {}
        """Gas used by others over what a block holds."""

        self.base_fees: dict[str, list[float]] = {}
        """Of each block, in gwei."""

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
        """Send the transactions of all questions, unless all are to wait equally long."""
        if self._wait_ms is not None:
            return
        for chain, probes in self._waiting.items():
            price = self._policy.price(world.chain(chain))
            probes[-1].cap_wei = self._policy.cap(price)
            self._offer(world, chain, probes[-1], price, None)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Try the orders whose transaction is in a block; pay more for others, until it is too late for them."""
        now_ms = produced.summary.time_ms
        others = produced.summary.gas_used - sum(receipt.gas_used for receipt in produced.receipts)
        self.fullness.setdefault(chain_id, []).append(others / world.chain(chain_id).rules.block_gas)
        self.base_fees.setdefault(chain_id, []).append(produced.summary.base_fee_wei / GWEI)
        for probe in [each for each in self._waiting.get(chain_id, []) if self._is_due(each, now_ms)]:
            self._waiting[chain_id].remove(probe)
            self.waits.setdefault(chain_id, []).append((now_ms - probe.asked_ms) / 1000)
            self._try(world, chain_id, probe, now_ms)
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

    def _is_due(self, probe: Probe, now_ms: int) -> bool:
        """Return whether a question has waited for as long as all do, where they do."""
        return self._wait_ms is not None and now_ms >= probe.asked_ms + self._wait_ms

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
        """Trade without a bound, so that what a bound keeps out is measured too, and say what it would keep out."""
        state = world.state(chain)
        for each in probe.asked:
            tally, order = self.tallies[chain, each.kind], each.order
            tally.landed += 1
            outcome = state.venues[order.venue].execute(order, state.market(block_ms))
            if isinstance(outcome, Unfilled):
                tally.gone += 1
                continue
            tally.moved += not within_bound(_bounded(each), outcome[1].cash)
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
