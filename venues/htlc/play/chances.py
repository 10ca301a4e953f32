"""What the adversary can make of a chain in one tick.

It puts its own transactions into the block or leaves them out. Those of the honest party it may hold back until they
are due. Once, it undoes blocks that are not final, and makes them anew with any content that fits their times.
"""

from venues.htlc.play.board import ABSENT, LONG_AGO, Act, Game, Lock, Rules, Side, applied

MOST_ACTS = 2
"""Acts on one lock in one block: it is opened and ended."""


def chances(game: Game, rules: Rules, side: Side, tick: int, *, knows: bool) -> tuple[Side, ...]:
    """Return everything a chain can be after the block of a tick; `knows`: whether the adversary has the secret."""
    bases = {side}
    if side.reorgs:
        for ancestor in range(max(tick - rules.finality + 1, 0), tick):
            bases |= _remade(game, rules, side, (ancestor, tick), knows=knows)
    found: dict[Side, None] = {}
    for base in sorted(bases, key=repr):
        acts = _possible(game, rules, base, knows=knows)
        for after in sorted(_blocks(rules, base, tick, acts), key=repr):
            kept = _in_time(rules, after, tick)
            if kept is not None:
                found[kept._replace(lock=_aged(rules, kept, tick))] = None
    return tuple(found)


def _remade(game: Game, rules: Rules, side: Side, span: tuple[int, int], *, knows: bool) -> set[Side]:
    """Return what can become of a chain whose blocks from one tick up to another are undone and made anew."""
    ancestor, tick = span
    lock = side.lock
    undone: tuple[Act, ...] = ()
    if lock.state in {"withdrawn", "cancelled"} and lock.ended >= ancestor:
        lock = Lock("locked", lock.opened, 0)
    if lock.state == "locked" and lock.opened >= ancestor:
        lock, undone = ABSENT, ("open",)
    acts = (*_possible(game, rules, side, knows=knows), *undone)
    reached = {Side(lock, side.sent, side.reorgs - 1, side.shows)}
    for time in range(ancestor, tick):
        reached |= {after for base in reached for after in _blocks(rules, base, time, acts)}
    return reached


def _possible(game: Game, rules: Rules, side: Side, *, knows: bool) -> tuple[Act, ...]:
    """Return what the adversary can have in a block: its own transactions, and the one that waits."""
    acts: set[Act] = {"withdraw in public"} if knows else set()
    if rules.is_source:
        acts.add("cancel in public")
    if game.honest == "maker":
        acts.add("cancel")
        if knows:
            acts.add("withdraw")
        if not rules.is_source:
            acts.add("open")
    if side.sent is not None:
        acts.add(side.sent.act)
    return tuple(sorted(acts))


def _blocks(rules: Rules, base: Side, tick: int, acts: tuple[Act, ...]) -> set[Side]:
    """Return what one block with any of the acts in it can make of a chain."""
    found = {base}
    for _ in range(MOST_ACTS):
        found |= {after for side in found for act in acts if (after := applied(rules, side, act, tick))}
    return found


def _in_time(rules: Rules, side: Side, tick: int) -> Side | None:
    """Return the chain, unless it leaves out what is due; without what is due and would be refused."""
    if side.sent is None or side.sent.due > tick:
        return side
    return None if applied(rules, side, side.sent.act, tick) else side._replace(sent=None)


def _aged(rules: Rules, side: Side, tick: int) -> Lock:
    """Return a lock with its end put long ago once it cannot be undone, so that equal moments look equal."""
    lock = side.lock
    if lock.state in {"withdrawn", "cancelled"} and (not side.reorgs or tick + 1 - lock.ended >= rules.finality):
        return Lock(lock.state, 0, LONG_AGO)
    return lock
