"""Building the stake behind the services of a scenario, those who watch it, and those who trade on a lie."""

from collections.abc import Iterator

from solvernet import rules
from solvernet.scenario import Scenario
from solvernet.security_parts import SecurityPart, ServicePart
from venues.clearing import Account
from venues.security.attacker import Attacker
from venues.security.stake_book import StakeBook, wad
from venues.security.watchtower import Runaway, Watched, Watchtower
from venues.view import Agent


class SecurityBuilder:
    """Builds for one world."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def stakes(self, chain: str) -> StakeBook | None:
        """Return the stake on a chain of the scenario, if it is the one that has it."""
        part = self._scenario.security
        if part is None or part.chain != chain:
            return None
        book = StakeBook()
        parts = {name: wad(service.allocated_percent) for name, service in part.services.items()}
        for name, operator in part.operators.items():
            book = book.with_operator(operator_account(name), rules.wei(operator.ether), parts)
        return book

    def accounts(self, chain: str) -> Iterator[tuple[str, Account]]:
        """Yield the accounts that attackers begin with on a chain."""
        for name, part in self._scenario.attackers.items():
            if part.chain == chain:
                yield attacker_account(name), Account(rules.usdc(part.cash), rules.wei(part.ether))

    def services(self, chain: str) -> tuple[str, ...]:
        """Return the senders, beside accounts, that pay for gas on a chain."""
        part = self._scenario.security
        if part is None or part.chain != chain:
            return ()
        towers = [tower_account(name) for name, service in part.services.items() if service.kind == "oracle"]
        return (*towers, *(operator_account(name) for name in part.operators))

    def agents(self) -> Iterator[Agent]:
        """Yield those who watch, run away and attack."""
        part = self._scenario.security
        if part is not None:
            for name, service in part.services.items():
                if service.kind == "oracle":
                    yield from self._watchers(name, service, part)
        for name, attacker in self._scenario.attackers.items():
            yield Attacker(
                name=attacker_account(name),
                chain=self._id(attacker.chain),
                venues=attacker.venues,
                period_ms=rules.ms(attacker.period_s),
                offset_ms=rules.ms(attacker.offset_s),
                trigger_ppm=rules.ppm(attacker.trigger_percent),
                give_up_ppm=rules.ppm(attacker.give_up_percent),
                most_orders=attacker.most_orders,
            )

    def _watchers(self, name: str, service: ServicePart, part: SecurityPart) -> Iterator[Agent]:
        chain, period_ms = self._id(part.chain), rules.ms(part.watch_s)
        feed = Watched(
            chain=self._id(self._scenario.oracles[service.of].chain), tolerance_ppm=rules.ppm(part.tolerance_percent)
        )
        yield Watchtower(
            name=tower_account(name),
            chain=chain,
            feed=feed,
            operators=tuple(operator_account(each) for each in part.operators),
            fractions={each: wad(percent) for each, percent in part.penalties(name).items()},
            evidence_ms=rules.ms(part.evidence_s),
            period_ms=period_ms,
        )
        for node, (operator, each) in enumerate(part.operators.items()):
            if each.runs:
                yield Runaway(name=operator_account(operator), chain=chain, feed=feed, node=node, period_ms=period_ms)

    def _id(self, chain: str) -> str:
        return self._scenario.chains[chain].caip2


def operator_account(name: str) -> str:
    """Return the account of an operator."""
    return f"operator.{name}"


def attacker_account(name: str) -> str:
    """Return the account of an attacker."""
    return f"attacker.{name}"


def tower_account(service: str) -> str:
    """Return the account of those who watch a service."""
    return f"watchtower.{service}"
