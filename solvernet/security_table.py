"""Cost of corruption against profit from corruption, who was punished, and what attackers made of it."""

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Boundary
from solvernet.corruption_record import Chance, CorruptionRecord, Purse, Role, parties, stakes
from solvernet.scenario import Scenario
from solvernet.security_builder import operator_account
from venues.world import World


class AttackLine(Boundary):
    """The cheapest way to corrupt some services together, at the moment at which it would have paid most."""

    services: tuple[str, ...]
    operators: int
    """Operators that it takes."""

    time_ms: int
    cost_usd: float
    """Stake that they would lose."""

    profit_usd: float
    gain_usd: float


class StakeLine(Boundary):
    """One operator's stake over a run, in ether."""

    operator: str
    before: float
    after: float
    leaving: float
    """Part of it that waits to be paid out, and can still be slashed."""

    slashed: float
    punished_by: tuple[str, ...]


class PartyLine(Boundary):
    """What a wrong answer could have moved money to or from, in dollars."""

    role: Role
    account: str
    profit_usd: float
    """What it holds at the end, less what it would hold had it done nothing, both at the market of the end."""

    gas_usd: float
    """Paid from its wallet, and not in the profit."""


class SecurityFigures(Boundary):
    """Stake of a run, and what it was up against."""

    attacks: tuple[AttackLine, ...]
    """The most gainful first."""

    stakes: tuple[StakeLine, ...]
    pot: float
    """Ether that was taken from operators."""

    parties: tuple[PartyLine, ...]


def security_table(scenario: Scenario, world: World, record: CorruptionRecord) -> SecurityFigures | None:
    """Return the figures of a run; `None` if its scenario has neither stake nor attackers."""
    if scenario.security is None and not scenario.attackers:
        return None
    worst = sorted(record.worst.values(), key=lambda chance: (-chance.gain_usdc, chance.attack.services))
    book = stakes(world, scenario)
    return SecurityFigures(
        attacks=tuple(_attack(chance) for chance in worst),
        stakes=tuple(_stake(name, world, scenario, record) for name in _operators(scenario)),
        pot=book.pot / ETH_UNIT if book else 0.0,
        parties=tuple(_party(role, name, world, record) for role, name in parties(scenario)),
    )


def _operators(scenario: Scenario) -> tuple[str, ...]:
    return tuple(scenario.security.operators) if scenario.security else ()


def _attack(chance: Chance) -> AttackLine:
    cost, gained = chance.usdc(chance.attack.cost), chance.usdc(chance.attack.profit)
    return AttackLine(
        services=chance.attack.services,
        operators=len(chance.attack.operators),
        time_ms=chance.time_ms,
        cost_usd=cost / USDC_UNIT,
        profit_usd=gained / USDC_UNIT,
        gain_usd=(gained - cost) / USDC_UNIT,
    )


def _stake(name: str, world: World, scenario: Scenario, record: CorruptionRecord) -> StakeLine:
    account, book = operator_account(name), stakes(world, scenario)
    if book is None:
        raise ValueError(f"{scenario.name} has no stake")
    slashes = [slash for slash in book.slashes if slash.operator == account]
    leaving = book.queued(account)
    return StakeLine(
        operator=name,
        before=record.stakes_in[account] / ETH_UNIT,
        after=(book.operators[account].shares + leaving) / ETH_UNIT,
        leaving=leaving / ETH_UNIT,
        slashed=sum(slash.wei for slash in slashes) / ETH_UNIT,
        punished_by=tuple(dict.fromkeys(service for slash in slashes for service in slash.services)),
    )


def _party(role: Role, account: str, world: World, record: CorruptionRecord) -> PartyLine:
    before, after = record.parties_in[account], Purse.of(world, account)
    truth, now_ms = world.truth, world.now_ms
    wei = before.gas_wei - after.gas_wei
    return PartyLine(
        role=role,
        account=account,
        profit_usd=(after.worth(truth, now_ms) - before.worth(truth, now_ms)) / USDC_UNIT,
        gas_usd=wei / ETH_UNIT * truth.price(now_ms) / PRICE_UNIT,
    )
