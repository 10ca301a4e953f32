"""Building desks for requests for quotes, and the makers who answer there."""

from collections.abc import Iterator

from auction.aftermath import OPERATOR
from auction.book import IntentBook
from auction.quote_requests import QuoteRequests, RoundTimes
from solvernet import rules
from solvernet.desk_parts import ProtectionPart, QuoterPart, RfqPart
from solvernet.scenario import Scenario
from venues.clearing import Account
from venues.markets.maker_protection import GREEK_UNIT, Protection
from venues.markets.rfq import RfqDesk
from venues.markets.rfq_maker import RfqMaker, RfqMakerRules
from venues.view import Agent


def desk(scenario: Scenario, venue_id: str, chain: str, part: RfqPart) -> RfqDesk:
    """Return a desk without requests."""
    protections = {
        quoter_name(name): protection_rule(quoter.protection)
        for name, quoter in scenario.quoters.items()
        if quoter.venue == venue_id and quoter.protection
    }
    return RfqDesk(
        id=venue_id,
        chain=chain,
        fee_account=f"{venue_id}.fees",
        blind_ms=rules.ms(part.blind_s),
        life_ms=rules.ms(part.life_s),
        protections=protections,
    )


def accounts(scenario: Scenario, chain: str) -> Iterator[tuple[str, Account]]:
    """Yield what the makers at desks of a chain start with."""
    for name, part in scenario.quoters.items():
        if scenario.venues[part.venue].chain == chain:
            yield quoter_name(name), Account(rules.usdc(part.cash), rules.wei(part.ether))


def agents(scenario: Scenario) -> Iterator[Agent]:
    """Yield the makers at desks."""
    for name, part in scenario.quoters.items():
        yield RfqMaker(
            name=quoter_name(name),
            chain=scenario.chains[scenario.venues[part.venue].chain].caip2,
            venue=part.venue,
            rules=quoter_rules(part),
            offset_ms=rules.ms(part.offset_s),
        )


def requests(scenario: Scenario, book: IntentBook, start_ms: int) -> QuoteRequests | None:
    """Return who asks the desks of a scenario for quotes; nobody where it has none."""
    leads = [part.lead_s for part in scenario.venues.values() if isinstance(part, RfqPart)]
    if not leads:
        return None
    times = RoundTimes(start_ms=start_ms, every_ms=rules.ms(scenario.rounds.every_s), lead_ms=rules.ms(max(leads)))
    return QuoteRequests(book, times, OPERATOR)


def quoter_rules(part: QuoterPart) -> RfqMakerRules:
    """Return how a maker answers."""
    return RfqMakerRules(
        think_ms=rules.ms(part.think_s),
        good_ms=rules.ms(part.good_s),
        latency_ms=rules.ms(part.latency_s),
        half_spread=part.half_spread,
        calm_vol=part.calm_vol,
        leave_vol=part.leave_vol,
        size=part.size,
        whole=part.whole,
        lean=part.lean,
    )


def protection_rule(part: ProtectionPart) -> Protection:
    """Return the limits of a maker."""
    return Protection(
        window_ms=rules.ms(part.window_s),
        freeze_ms=rules.ms(part.freeze_s),
        quantity=rules.option(part.size),
        delta=round(part.delta * GREEK_UNIT),
        vega=round(part.vega * GREEK_UNIT),
    )


def quoter_name(name: str) -> str:
    """Return the account of a maker at a desk."""
    return f"quoter.{name}"
