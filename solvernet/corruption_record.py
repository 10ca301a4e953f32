"""What it would have cost to corrupt the services of a run, and what it would have brought, measured as it went.

At equal intervals the attacker's best trades against mispriced venues are worked out on a copy of the state, and what a
forged proof could take through a bridge is counted. Both are set against the stake that answers for it at that moment,
at the price of ether at that moment: security that is paid in ether falls with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from solvernet import rules
from solvernet.market_parts import HybridPart, TickAmmPart
from solvernet.oracle_parts import FallbackPart
from solvernet.scenario import Scenario
from solvernet.scenario_parts import AmmPart
from solvernet.security_builder import attacker_account
from solvernet.security_parts import SecurityPart, ServicePart
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.clearing import Account
from venues.oracles.tampering import moved
from venues.security.corruption import Attack, Service, attacks
from venues.security.operator import backing
from venues.security.plunder import Raid, plunder, priced_by_oracle
from venues.security.stake_book import StakeBook
from venues.truth import Truth
from venues.world import World

Role = Literal["attacker", "venue", "arbitrageur"]

THIEF: Final = Account(10**9 * USDC_UNIT, 10**7 * ETH_UNIT)
"""Who steals can borrow: money is not what limits the measured profit."""

CARE: Final = 6
"""Trades after which the thief looks anew; looking more often finds a few per cent more and takes much longer."""


@dataclass(frozen=True, slots=True)
class Purse:
    """What somebody holds, over all chains."""

    accounts: tuple[Account, ...]
    gas_wei: int
    """In wallets."""

    @classmethod
    def of(cls, world: World, owner: str) -> "Purse":
        """Return what an owner holds now."""
        states = [world.state(chain) for chain in world.chain_ids]
        accounts = tuple(state.clearing.account(owner) for state in states)
        return cls(accounts, sum(state.wallets.get(owner, 0) for state in states))

    def worth(self, truth: Truth, now_ms: int) -> int:
        """Return what the accounts are worth at the market of an instant, in USDC base units; gas is left out."""
        ether = sum(account.ether for account in self.accounts)
        total = sum(account.cash for account in self.accounts)
        total += ether * truth.price(now_ms) * USDC_UNIT // (ETH_UNIT * PRICE_UNIT)
        for account in self.accounts:
            names = sorted(account.positions)
            fair = truth.fair(names, now_ms).tolist() if names else []
            options = sum(price * account.positions[name] for price, name in zip(fair, names, strict=True))
            total += round(options * USDC_UNIT / OPTION_UNIT)
        return total


@dataclass(frozen=True, slots=True)
class Chance:
    """An attack as it stood at one instant; amounts in wei."""

    attack: Attack
    time_ms: int
    price: int
    """Of ether, in dollars times `PRICE_UNIT`."""

    @property
    def gain_usdc(self) -> int:
        """What would have been left to the attackers, in USDC base units."""
        return self.usdc(self.attack.gain)

    def usdc(self, wei: int) -> int:
        """Return wei in USDC base units, at the price of the instant; rounded down."""
        return wei * self.price * USDC_UNIT // (ETH_UNIT * PRICE_UNIT)


class CorruptionRecord:
    """Watches one run; nothing depends on it."""

    def __init__(self, scenario: Scenario, world: World) -> None:
        """Begin with what everybody concerned has at the start."""
        self.worst: dict[tuple[str, ...], Chance] = {}
        """By the services that are corrupted together, the attack at the moment at which it would have paid most."""

        self._scenario = scenario
        self._next_ms = world.now_ms
        self.parties_in = {name: Purse.of(world, name) for _, name in parties(scenario)}
        book = stakes(world, scenario)
        self.stakes_in = {name: operator.shares for name, operator in book.operators.items()} if book else {}

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:  # noqa: ARG002
        """Measure, if it is time."""
        part, book = self._scenario.security, stakes(world, self._scenario)
        if part is None or book is None or world.now_ms < self._next_ms:
            return
        self._next_ms = world.now_ms + rules.ms(part.measure_every_s)
        number = world.chain(self._scenario.chains[part.chain].caip2).number
        services = [self._service(world, name, service, part) for name, service in part.services.items()]
        price = world.truth.price(world.now_ms)
        penalties = {
            name: {each: rules.ppm(percent) for each, percent in part.penalties(name).items()} for name in part.services
        }
        stake = replace(backing(book.answering(), part.services, number), penalties=penalties)
        for attack in attacks(services, stake):
            chance, known = Chance(attack, world.now_ms, price), self.worst.get(attack.services)
            if known is None or chance.gain_usdc > known.gain_usdc:
                self.worst[attack.services] = chance

    def _service(self, world: World, name: str, service: ServicePart, part: SecurityPart) -> Service:
        usdc = self._of_oracle(world, service, part) if service.kind == "oracle" else self._of_bridge(world, service)
        wei = usdc * ETH_UNIT * PRICE_UNIT // (world.truth.price(world.now_ms) * USDC_UNIT)
        return Service(name=name, threshold_ppm=rules.ppm(service.threshold_percent), profit=wei)

    def _of_oracle(self, world: World, service: ServicePart, part: SecurityPart) -> int:
        """Return what the best trades at the most gainful wrong answer earn, in USDC base units."""
        feed = self._scenario.oracles[service.of]
        state = world.state(self._scenario.chains[feed.chain].caip2)
        shifts = part.shifts_percent
        if isinstance(feed, FallbackPart):
            # A source further off than this agrees with no other, and is passed over.
            shifts = (-feed.most_apart_percent, feed.most_apart_percent)
        return max(haul(world, state, rules.ppm(shift)) for shift in shifts)

    def _of_bridge(self, world: World, service: ServicePart) -> int:
        """Return what forged proofs could take: what both ends can pay out, and the locks that wait for proofs."""
        return sum(_within_reach(world, self._scenario, service.of))


def haul(world: World, state: ChainState, shift_ppm: int) -> int:
    """Return what the best trades earn at a chain whose oracle is off by `shift_ppm`, in USDC base units."""
    now_ms = world.now_ms
    answer = replace(state.answer, price=moved(world.truth.price(now_ms), shift_ppm))
    clearing = replace(state.clearing, accounts=state.clearing.accounts.set("thief", THIEF))
    raid = Raid(account="thief", venues=priced_by_oracle(state), per_look=CARE)
    return plunder(replace(state, answer=answer, clearing=clearing), world.truth, now_ms, raid).profit


def stakes(world: World, scenario: Scenario) -> StakeBook | None:
    """Return the stake of a scenario as it stands."""
    part = scenario.security
    return world.state(scenario.chains[part.chain].caip2).stakes if part else None


def parties(scenario: Scenario) -> Iterator[tuple[Role, str]]:
    """Yield those between whom money moves when an answer is wrong, with their accounts; nobody without attackers."""
    chains = {part.chain for part in scenario.attackers.values()}
    for name in scenario.attackers:
        yield "attacker", attacker_account(name)
    for name, venue in scenario.venues.items():
        if venue.chain in chains and isinstance(venue, AmmPart | HybridPart | TickAmmPart):
            yield "venue", name
    for name, trader in scenario.arbitrageurs.items():
        if trader.chain in chains:
            yield "arbitrageur", f"arbitrageur.{name}"


def _within_reach(world: World, scenario: Scenario, bridge: str) -> Iterator[int]:
    for chain in scenario.bridges[bridge].chains:
        state = world.state(scenario.chains[chain].caip2)
        yield state.bridges[bridge].as_seen().liquidity
        yield sum(lock.cash for lock in state.escrow.locks.values() if lock.state == "locked")
