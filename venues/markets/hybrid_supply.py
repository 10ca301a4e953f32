"""Supply curve of a hybrid market: discrete offers and a virtual market maker, cheapest first.

Prices are USDC base units for one option. The virtual maker's price at `x` beyond its present place is `mark * k /
(base -+ x)^2`, its spread on top, and at the oracle's price where that is better for it.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal

from intents.assets import OPTION_UNIT
from venues.markets.math.jit_auction import quote_paid, quote_received
from venues.markets.venue import Side

PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Level:
    """An offer or an order at one price."""

    price: int
    quantity: int
    owner: str
    kind: Literal["order", "offer"]
    index: int
    """Its place among its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What takers of one side trade against."""

    side: Side
    mark: int
    base: int
    quote: int
    spread_ppm: int
    levels: tuple[Level, ...]
    """Best first."""

    def capacity(self) -> int:
        """Return all levels and half the virtual maker's reserve."""
        return sum(level.quantity for level in self.levels) + self._most_virtual

    def allocate(self, quantity: int) -> tuple[int, tuple[int, ...]]:
        """Return what the virtual maker and each level give of a quantity within the capacity."""
        takes = [0] * len(self.levels)
        left = quantity
        for i, level in enumerate(self.levels):
            virtual = min(self._virtual_up_to(level.price), self._most_virtual)
            taken = sum(takes)
            if quantity - taken <= virtual:
                break
            takes[i] = min(level.quantity, quantity - taken - virtual)
        left = quantity - sum(takes)
        return left, tuple(takes)

    def virtual_cash(self, quantity: int) -> int:
        """Return what the virtual maker takes or pays, rounded against the taker."""
        if self.side == "buy":
            flat = min(self._flat, quantity)
            cash = -(-self.mark * flat // OPTION_UNIT)
            base, quote = self._at(flat)
            if quantity > flat:
                paid, _ = quote_paid(base, quote, quantity - flat, self.mark, OPTION_UNIT)
                cash += -(-paid * (PPM + self.spread_ppm) // PPM)
            return cash
        flat = min(self._flat, quantity)
        cash = self.mark * flat // OPTION_UNIT
        base, quote = self._at(flat)
        if quantity > flat:
            received, _ = quote_received(base, quote, quantity - flat, self.mark, OPTION_UNIT)
            cash += received * (PPM - self.spread_ppm) // PPM
        return cash

    def moved(self, quantity: int) -> tuple[int, int]:
        """Return the reserves after the virtual maker traded a quantity."""
        return self._at(quantity)

    def first_price(self) -> float:
        """Return the price of the first unit."""
        sign = 1 if self.side == "buy" else -1
        prices = [float(level.price) for level in self.levels] + [self._virtual_price(0.0)]
        return sign * min(sign * price for price in prices)

    def up_to(self, price: float) -> tuple[float, float]:
        """Return the quantity on offer up to a price, and its cost as price times base units."""
        sign = 1 if self.side == "buy" else -1
        good = [level for level in self.levels if sign * level.price < sign * price]
        quantity = float(sum(level.quantity for level in good))
        total = float(sum(level.quantity * level.price for level in good))
        virtual = min(self._float_up_to(price), float(self._most_virtual))
        return quantity + virtual, total + self._float_cost(virtual)

    @property
    def _most_virtual(self) -> int:
        return self.base // 2

    @property
    def _ratio(self) -> int:
        """One with the spread on, in millionths."""
        return PPM + self.spread_ppm if self.side == "buy" else PPM - self.spread_ppm

    @property
    def _flat(self) -> int:
        """Quantity that the virtual maker trades at the oracle's price, until its own price gets there."""
        # mark * base * quote / (base -+ x)^2 * ratio reaches the mark where (base -+ x)^2 = base * quote * ratio.
        if self.side == "buy":
            return max(self.base - math.isqrt(self.base * self.quote * self._ratio // PPM), 0)
        return max(math.isqrt(self.base * self.quote * self._ratio // PPM) - self.base, 0)

    def _at(self, quantity: int) -> tuple[int, int]:
        if quantity == 0:
            return self.base, self.quote
        if self.side == "buy":
            _, quote = quote_paid(self.base, self.quote, quantity, self.mark, OPTION_UNIT)
            return self.base - quantity, quote
        _, quote = quote_received(self.base, self.quote, quantity, self.mark, OPTION_UNIT)
        return self.base + quantity, quote

    def _virtual_up_to(self, price: int) -> int:
        """Return what the virtual maker trades before its price is worse than `price`."""
        if self.side == "buy":
            if price < self.mark:
                return 0
            left = math.isqrt(self.mark * self.base * self.quote * self._ratio // (price * PPM)) + 1
            return max(self.base - left, 0)
        if price > self.mark:
            return 0
        if price <= 0:
            return self._most_virtual
        return max(math.isqrt(self.mark * self.base * self.quote * self._ratio // (price * PPM)) - self.base, 0)

    def _virtual_price(self, quantity: float) -> float:
        place = self.base - quantity if self.side == "buy" else self.base + quantity
        own = self.mark * self.base / place * self.quote / place * self._ratio / PPM
        return max(own, self.mark) if self.side == "buy" else min(own, self.mark)

    def _float_up_to(self, price: float) -> float:
        beyond = price < self.mark if self.side == "buy" else price > self.mark
        if beyond or price <= 0:
            return 0.0 if beyond else float(self._most_virtual)
        place = math.sqrt(self.mark / price * self._ratio / PPM) * math.sqrt(self.base) * math.sqrt(self.quote)
        return max(self.base - place, 0.0) if self.side == "buy" else max(place - self.base, 0.0)

    def _float_cost(self, quantity: float) -> float:
        flat = min(float(self._flat), quantity)
        start = self.base - flat if self.side == "buy" else self.base + flat
        rest = quantity - flat
        end = start - rest if self.side == "buy" else start + rest
        own = self.mark * (self.base / start) * self.quote * (rest / end) * self._ratio / PPM
        return self.mark * flat + own
