"""A mined chain with a public pool, an arbitrageur's prey, and searchers around it."""

from dataclasses import replace
from typing import Any

from intents.assets import ETH, ETH_UNIT, USDC_UNIT
from tests.venues.small_world import GAS, L1, QUIET, RICH, START_MS, Sight, chain_state, make_chain, sight, truth
from venues.adversaries.seat import Seat
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ChainRules
from venues.chains.transaction import Receipt, Transaction
from venues.markets.kinds import AnyVenue
from venues.markets.ladder import ANY_COST
from venues.markets.venue import Order, Side, Unfilled
from venues.truth import Truth
from venues.view import Agent

GWEI = 10**9
NOW_MS = START_MS + 5_000


def seat(name: str = "searcher", **changes: object) -> Seat:
    """Return a searcher's seat at the mined chain."""
    given: dict[str, Any] = {
        "name": name,
        "chain": L1,
        "venues": ("pool", "amm"),
        "sees_pool": True,
        "period_ms": 1_000,
        "offset_ms": 0,
        "latency_ms": (20, 120),
        "ether": RICH.ether,
        "least_profit": USDC_UNIT,
        "seed": (1, "searcher", name),
    }
    return Seat(**(given | changes))


def chain(
    *venues: AnyVenue, names: tuple[str, ...] = ("searcher",), rules: ChainRules = ETHEREUM_2020
) -> Chain[ChainState]:
    """Return a chain on which some searchers, and a trader `user`, have money."""
    state = chain_state(L1, *venues)
    clearing = state.clearing
    wallets = state.wallets
    for name in (*names, "user"):
        clearing = replace(clearing, accounts=clearing.accounts.set(name, RICH))
        wallets = wallets.set(name, GAS)
    return make_chain(replace(state, clearing=clearing, wallets=wallets), rules, QUIET)


def swap(
    on: Chain[ChainState],
    quantity: int = 300 * ETH_UNIT,
    slack_percent: int = 2,
    side: Side = "buy",
    instrument: str = ETH,
    venue: str = "pool",
    name: str = "swap",
    price_wei: int = 20 * GWEI,
) -> Transaction[ChainState]:
    """Return a trade of `user` with some room up to its bound."""
    order = Order(
        venue=venue, instrument=instrument, side=side, quantity=quantity, bound=ANY_COST if side == "buy" else 0
    )
    outcome = on.state.venues[venue].execute(order, on.state.market(NOW_MS))
    assert not isinstance(outcome, Unfilled)
    slack = outcome[1].cash * slack_percent // 100
    bound = outcome[1].cash + slack if side == "buy" else outcome[1].cash - slack
    return Transaction(
        id=name,
        sender="user",
        call=Trade(trader="user", orders=(replace(order, bound=bound),), venue_gas=on.state.venues[venue].gas),
        max_fee_wei=price_wei,
        tip_wei=GWEI if on.rules.base_fee else 0,
        submitted_ms=NOW_MS,
    )


def view_of(on: Chain[ChainState], market: Truth | None = None) -> Sight:
    """Return a view of the chain."""
    return sight(market or truth(140.0), on)


def let_act(agent: Agent, on: Chain[ChainState], now_ms: int = NOW_MS, market: Truth | None = None) -> list[str]:
    """Let somebody act, and return what became of what they sent."""
    return [str(on.submit(offer.transaction, offer.replaces)) for offer in agent.act(view_of(on, market), now_ms)]


def mine(on: Chain[ChainState]) -> dict[str, Receipt]:
    """Make the next block and return the receipts, by the name of the transaction, in order."""
    return {receipt.transaction_id: receipt for receipt in on.produce().receipts}


def gain(on: Chain[ChainState], before: ChainState, name: str, dollars: int = 140) -> int:
    """Return what somebody's account gained since, in USDC base units, with ether at a price."""
    was, now = before.clearing.account(name), on.state.clearing.account(name)
    return now.cash - was.cash + (now.ether - was.ether) * dollars * USDC_UNIT // ETH_UNIT
