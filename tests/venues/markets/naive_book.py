"""A book as slow and as plain as can be: one list, sorted anew for each step. The measure of the real one."""

from dataclasses import dataclass, field

from venues.markets.book_order import BookOrder


@dataclass
class Resting:
    order: BookOrder
    price: int
    left: int
    arrival: int


@dataclass
class NaiveBook:
    rule: str
    allocation: str
    resting: list[Resting] = field(default_factory=list)
    arrivals: int = 0

    def submit(self, order: BookOrder) -> tuple[list[tuple[int, int, int]], int, list[tuple[int, int]]]:
        """Return trades (maker, price, size), what rests, and what rules took out of resting orders."""
        before = [Resting(r.order, r.price, r.left, r.arrival) for r in self.resting]
        if order.kind == "post_only" and self._crossing(order):
            return [], 0, []
        trades, left, removals, stopped = self._match(order)
        if order.kind == "fok" and sum(size for _, _, size in trades) < order.size:
            self.resting = before
            return [], 0, []
        if stopped or left == 0 or order.kind not in ("limit", "post_only"):
            return trades, 0, removals
        assert order.price is not None
        self.resting.append(Resting(order, order.price, left, self.arrivals))
        self.arrivals += 1
        return trades, left, removals

    def cancel(self, order_id: int) -> int:
        gone = sum(r.left for r in self.resting if r.order.id == order_id)
        self.resting = [r for r in self.resting if r.order.id != order_id]
        return gone

    def queue(self, side: str) -> tuple[tuple[int, int], ...]:
        return tuple((r.order.id, r.left) for r in self._sorted(side))

    def _sorted(self, side: str) -> list[Resting]:
        sign = -1 if side == "buy" else 1
        return sorted((r for r in self.resting if r.order.side == side), key=lambda r: (sign * r.price, r.arrival))

    def _crossing(self, order: BookOrder) -> list[Resting]:
        others = self._sorted("sell" if order.side == "buy" else "buy")
        if order.price is None:
            return others
        return [r for r in others if (r.price <= order.price if order.side == "buy" else r.price >= order.price)]

    def _match(self, order: BookOrder) -> tuple[list[tuple[int, int, int]], int, list[tuple[int, int]], bool]:
        """Move one lot at a time where order decides; a level at a time, pro-rata."""
        trades: dict[int, list[int]] = {}
        removals: list[tuple[int, int]] = []
        left, stopped = order.size, False
        while left and not stopped and (crossing := self._crossing(order)):
            level = [r for r in crossing if r.price == crossing[0].price]
            own = [r for r in level if r.order.owner == order.owner]
            if own and (self.allocation == "pro_rata" or level[0] is own[0]):
                size = min(left, own[0].left) if self.rule == "decrement_and_cancel" else own[0].left
                stopped = self.rule in ("cancel_newest", "cancel_both")
                if self.rule == "decrement_and_cancel":
                    left -= size
                if self.rule != "cancel_newest":
                    removals.append((own[0].order.id, size))
                    own[0].left -= size
            elif self.allocation == "pro_rata":
                left -= self._share(level, left, trades)
            else:
                trades.setdefault(level[0].order.id, [level[0].price, 0])[1] += 1
                level[0].left -= 1
                left -= 1
            self.resting = [r for r in self.resting if r.left]
        return [(maker, price, size) for maker, (price, size) in trades.items()], left, removals, stopped

    def _share(self, level: list[Resting], amount: int, trades: dict[int, list[int]]) -> int:
        total = sum(r.left for r in level)
        amount = min(amount, total)
        parts = [r.left * amount // total for r in level]
        while sum(parts) < amount:
            first = next(i for i, r in enumerate(level) if parts[i] < r.left)
            parts[first] += 1
        for resting, part in zip(level, parts, strict=True):
            if part:
                trades[resting.order.id] = [resting.price, part]
                resting.left -= part
        return amount
