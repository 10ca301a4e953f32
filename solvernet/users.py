"""The users of a scenario: who they are, and what they post when.

What a user wants depends on the market and on chance, never on what solvers did, so that every design is tried on the
same flow. Each stretch between two rounds has a random stream of its own.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from eth_account import Account
from eth_account.signers.local import LocalAccount

from intents import builders
from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.greeks import FINE, unit_greeks
from intents.intent import LOT, Intent
from intents.options import parse_expiry, parse_series
from intents.wants import AnyWant, Exposure, Mark, Package, Payoff
from solvernet import market_data
from solvernet.poison_flow import PoisonPart, poison
from solvernet.scenario import Scenario
from solvers.routing.rebalancing import rebalanced
from venues.calls.gas import SETTLE_GAS
from venues.seeds import Generator, generator, seed_bytes
from venues.truth import Truth

LEAST_LIFE_MS: Final = 7_200_000
"""Users do not ask for options that expire sooner than this."""

VENUE_GAS: Final = 250_000
"""Gas that users reckon with for the venue of a fill."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a key and a home chain."""

    account: LocalAccount
    home: str
    """CAIP-2 id."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Something a user does at an instant: post an intent, or cancel one posted before."""

    time_ms: int
    user: int
    intent: Intent
    cancel_after_ms: int
    """Time after which the user cancels it, or zero."""


@dataclass(frozen=True, slots=True)
class _Mood:
    """What a user goes by when choosing."""

    rng: Generator
    spot: float
    strikes: Sequence[int]
    expiry: str
    exotics: Sequence[str]
    """Listed series of other styles that live long enough."""
    mark: Mark
    """Price and volatility as the user knows them."""

    def near(self, moneyness: float) -> int:
        """Return the listed strike nearest to a multiple of the spot."""
        return min(self.strikes, key=lambda strike: abs(strike - self.spot * moneyness))

    def draw(self, low: float, high: float) -> float:
        """Return an even draw between two numbers."""
        return float(self.rng.uniform(low, high))


class UserFlow:
    """All users of a run."""

    def __init__(self, scenario: Scenario, seed: int, truth: Truth) -> None:
        self._scenario = scenario
        self._seed = seed
        self._truth = truth
        self._gas = market_data.gas_steps(scenario.market.episode)
        self._dear = {part.caip2 for part in scenario.chains.values() if part.demand == "calibrated"}
        self.users = tuple(self._user(index) for index in range(scenario.users.count))
        if scenario.users.poison is not None:
            self.users += (self._poisoner(scenario.users.poison),)

    def owners(self) -> dict[str, str]:
        """Return the address of each user and the chain it is at home on."""
        return {user.account.address: user.home for user in self.users}

    def between(self, from_ms: int, until_ms: int) -> tuple[Posting, ...]:
        """Return what is posted after `from_ms` and before `until_ms`, in order of time."""
        rng = generator(self._seed, "flow", from_ms)
        part = self._scenario.users
        level = self._truth.level.at(from_ms) / self._scenario.level.calm
        count = int(rng.poisson(part.per_round * level**part.stress_elasticity))
        times = np.sort(rng.integers(from_ms + 1, until_ms, count))
        postings = [self._posting(int(time), i, rng) for i, time in enumerate(times)]
        found = [posting for posting in postings if posting is not None]
        return tuple(sorted((*found, *self._poison(from_ms, until_ms)), key=lambda posting: posting.time_ms))

    def _poison(self, from_ms: int, until_ms: int) -> Iterator[Posting]:
        """Yield what the adversarial user posts: its chance is its own, so that the others do what they would have."""
        part = self._scenario.users.poison
        if part is None:
            return
        rng, user = generator(self._seed, "poison", from_ms), len(self.users) - 1
        for time_ms in sorted({int(t) for t in rng.integers(from_ms + 1, until_ms, int(rng.poisson(part.per_round)))}):
            terms = {"owner": self.users[user].account.address, "home": self.users[user].home}
            expiry = self._scenario.market.expiries[-1]
            yield Posting(time_ms, user, poison(part, time_ms, terms | {"expiry": expiry}, rng), 0)

    def _poisoner(self, part: PoisonPart) -> User:
        account: LocalAccount = Account.from_key(seed_bytes(self._seed, "poisoner"))
        return User(account, self._scenario.chains[part.home].caip2)

    def _user(self, index: int) -> User:
        name = _weighted(self._scenario.users.home_share, generator(self._seed, "home", index))
        account: LocalAccount = Account.from_key(seed_bytes(self._seed, "user", index))
        return User(account, self._scenario.chains[name].caip2)

    def _posting(self, time_ms: int, index: int, rng: Generator) -> Posting | None:
        part = self._scenario.users
        expiries = [e for e in self._scenario.market.expiries if parse_expiry(e) > time_ms + LEAST_LIFE_MS]
        if not expiries:
            return None
        chosen = int(rng.integers(part.count))
        user = self.users[chosen]
        spot = self._truth.price(time_ms) / PRICE_UNIT
        exotics = [
            name
            for name in (self._scenario.exotics.series if self._scenario.exotics else ())
            if parse_series(name).expiry_ms > time_ms + LEAST_LIFE_MS
        ]
        mark = builders.mark(spot, self._truth.level.at(time_ms), time_ms)
        mood = _Mood(rng, spot, self._scenario.market.strikes, str(rng.choice(expiries)), exotics, mark)
        want = _WANTS[_weighted(part.wants, rng)](mood)
        size = min(part.size_median * math.exp(part.size_spread * float(rng.standard_normal())), part.size_max)
        quantity = max(round(size), 1) * OPTION_UNIT
        gas = self._gas_gwei(user.home, time_ms) * (SETTLE_GAS + VENUE_GAS) / 1e9 * spot
        lives = int(rng.integers(part.valid_rounds[0], part.valid_rounds[1] + 1))
        whole = float(rng.random()) < part.all_or_none
        intent = Intent(
            owner=user.account.address,
            nonce=time_ms * 1000 + index,
            home=user.home,
            want=want,
            quantity=quantity,
            limit=self._limit(want, mood, time_ms, gas / (quantity / OPTION_UNIT)),
            fill="all_or_none" if whole else "partial",
            minimum=quantity if whole else min(5 * OPTION_UNIT, quantity) // LOT * LOT,
            valid_from_ms=time_ms,
            valid_until_ms=time_ms + round(lives * self._scenario.rounds.every_s * 1000),
            chains=(user.home,) if float(rng.random()) < part.home_only else (),
        )
        cancels = float(rng.random()) < part.cancel
        return Posting(time_ms, chosen, intent, int(rng.integers(60_000, 240_000)) if cancels else 0)

    def _gas_gwei(self, home: str, time_ms: int) -> float:
        """Return the gas price that a user at home on a chain has read about: the recorded one, where there is one."""
        if home not in self._dear:
            return 0.0
        index = bisect_right(self._gas, time_ms, key=lambda step: step.start_ms) - 1
        return self._gas[max(index, 0)].mean_gwei

    def _limit(self, want: AnyWant, mood: _Mood, time_ms: int, gas_per_unit: float) -> int:
        """Return the worst net debit the user accepts per unit: fair value, a tolerance on it, and some gas."""
        part = self._scenario.users
        value, gross = self._fair(want, time_ms)
        allowed = value + gross * mood.draw(*part.tolerance) + gas_per_unit * mood.draw(*part.gas_allowance)
        return round(allowed * 100) * (USDC_UNIT // 100)

    def _fair(self, want: AnyWant, time_ms: int) -> tuple[float, float]:
        """Return fair net value and gross value of the options of one unit, in dollars."""
        legs = self._desk_legs(want) if isinstance(want, Exposure) else _rough_legs(want)
        names = [name for name in legs if name != "ETH"]
        prices = self._truth.fair(names, time_ms)
        worth = {name: float(price) for name, price in zip(names, prices, strict=True)}
        spot = self._truth.price(time_ms) / PRICE_UNIT
        net = sum(legs[name] * worth[name] for name in names) + legs.get("ETH", 0.0) * spot
        return net, sum(abs(legs[name]) * worth[name] for name in names) + legs.get("ETH", 0.0) * spot * 0.05

    def _desk_legs(self, want: Exposure) -> dict[str, float]:
        """Return options per unit with which a user would mend bounds by hand; none if that fails."""
        strikes = self._scenario.market.strikes
        series = [parse_series(builders.option(want.expiry, k, right)) for k in strikes for right in ("C", "P")]
        legs = rebalanced(want, OPTION_UNIT, series, ether=False) or {}
        return {name: held / OPTION_UNIT for name, held in legs.items()}


def _rough_legs(want: Package | Payoff) -> dict[str, float]:
    """Return options per unit that a user has in mind when valuing a want: for a floor, puts where it bends."""
    if isinstance(want, Package):
        return {leg.instrument: float(leg.ratio) for leg in want.legs}
    puts = [round(knot.price / PRICE_UNIT) for knot in want.knots]
    legs = {f"ETH-{want.expiry}-{puts[-1]}-P": 1.0}
    if len(puts) > 1:
        legs[f"ETH-{want.expiry}-{puts[0]}-P"] = -1.0
    return legs


def _weighted(weights: Mapping[str, float], rng: Generator) -> str:
    """Return a name drawn with probability in proportion to its weight."""
    shares = np.array(list(weights.values()))
    return str(rng.choice(list(weights), p=shares / shares.sum()))


def _hedge(mood: _Mood) -> Payoff:
    return builders.hedge(mood.expiry, mood.near(mood.draw(0.82, 0.98)), deductible=int(mood.rng.integers(0, 6)))


def _put(mood: _Mood) -> Package:
    return builders.single(builders.option(mood.expiry, mood.near(mood.draw(0.8, 1.0)), "P"))


def _call(mood: _Mood) -> Package:
    return builders.single(builders.option(mood.expiry, mood.near(mood.draw(1.0, 1.25)), "C"))


def _sell_put(mood: _Mood) -> Package:
    return builders.single(builders.option(mood.expiry, mood.near(mood.draw(0.75, 0.97)), "P"), ratio=-1)


def _vertical(mood: _Mood) -> Package:
    high = mood.near(mood.draw(0.92, 1.02))
    low = max((strike for strike in mood.strikes if strike < high), default=high)
    return _put(mood) if low == high else builders.vertical(mood.expiry, high, low, "P")


def _band(mood: _Mood) -> Payoff:
    low = mood.near(mood.draw(0.7, 0.85))
    high = next((strike for strike in mood.strikes if strike >= low + 20), low)
    return _hedge(mood) if low == high else builders.band(mood.expiry, low, high)


def _straddle(mood: _Mood) -> Package:
    return builders.straddle(mood.expiry, mood.near(1.0))


def _collar(mood: _Mood) -> Package:
    return builders.collar(mood.expiry, mood.near(mood.draw(0.8, 0.92)), mood.near(mood.draw(1.12, 1.25)))


def _covered_call(mood: _Mood) -> Package:
    return builders.covered_call(mood.expiry, mood.near(mood.draw(1.08, 1.25)))


def _exotic(mood: _Mood) -> Package:
    if not mood.exotics:
        return _put(mood)
    symbol = str(mood.rng.choice(mood.exotics))
    return builders.single(symbol)


def _protect(mood: _Mood) -> Exposure:
    """Bound what one ether can lose, whatever stops the loss."""
    loss = builders.most_loss(mood.spot * mood.draw(0.08, 0.2), 0, mood.spot * 2)
    return builders.exposure(mood.expiry, mood.mark, [loss], held={"ETH": 1.0})


def _neutral(mood: _Mood) -> Exposure:
    """Bring an option sold to hardly any delta, and buy back a part of its vega."""
    right, moneyness = ("C", mood.draw(1.0, 1.2)) if mood.rng.random() < 0.5 else ("P", mood.draw(0.8, 1.0))
    sold = builders.option(mood.expiry, mood.near(moneyness), right)
    vega = unit_greeks(parse_series(sold), mood.mark.price, mood.mark.vol, mood.mark.at_ms).vega / FINE / USDC_UNIT
    bounds = [builders.delta(-0.08, 0.08), builders.vega(-vega * mood.draw(0.3, 0.9))]
    return builders.exposure(mood.expiry, mood.mark, bounds, held={sold: -1.0})


_WANTS: Final[dict[str, Callable[[_Mood], AnyWant]]] = {
    "hedge": _hedge,
    "put": _put,
    "call": _call,
    "sell_put": _sell_put,
    "vertical": _vertical,
    "band": _band,
    "straddle": _straddle,
    "collar": _collar,
    "covered_call": _covered_call,
    "exotic": _exotic,
    "protect": _protect,
    "neutral": _neutral,
}


def known_wants() -> tuple[str, ...]:
    """Return the kinds of wants a scenario can weigh, sorted."""
    return tuple(sorted(_WANTS))
