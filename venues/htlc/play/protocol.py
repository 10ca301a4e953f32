"""What an honest party does, after every block.

A maker shows the secret when both locks are final, withdraws in public, and cancels in public what nobody took. A
taker locks the destination when the source lock is final, withdraws from the source once the secret is out, then for
the maker from the destination, and cancels the destination when nobody took it in time.
"""

from venues.htlc.play.board import FOREVER, Act, Game, Lock, Moment, Rules, Sent, Side, may


def answered(game: Game, moment: Moment) -> Moment:
    """Return a moment once the honest party has reacted to it."""
    return _maker(game, moment) if game.honest == "maker" else _taker(game, moment)


def _maker(game: Game, moment: Moment) -> Moment:
    is_out = moment.is_out or _reveals(game, moment)
    mine = _ripe(game.source, moment.source.lock, moment.tick, "cancel in public")
    theirs = _ripe(game.destination, moment.destination.lock, moment.tick, "withdraw in public") if is_out else None
    return _sending(game, moment._replace(is_out=is_out), mine, theirs)


def _taker(game: Game, moment: Moment) -> Moment:
    source, destination, tick = moment.source, moment.destination, moment.tick
    mine = _ripe(game.source, source.lock, tick, "withdraw") if moment.is_out else None
    theirs = _ripe(game.destination, destination.lock, tick, "cancel")
    if theirs is None and moment.is_out and source.lock.state == "withdrawn":
        theirs = _ripe(game.destination, destination.lock, tick, "withdraw")
    if destination.lock.state == "absent" and source.lock.state == "locked":
        is_time = game.lock_from <= tick - source.lock.opened < game.lock_until
        was_sent = destination.sent is not None and destination.sent.act == "open"
        theirs = "open" if is_time or was_sent else None
    return _sending(game, moment, mine, theirs)


def _reveals(game: Game, moment: Moment) -> bool:
    """Return whether an honest maker shows the secret now."""
    source, destination = moment.source.lock, moment.destination.lock
    if (source.state, destination.state) != ("locked", "locked"):
        return False
    locks, age = game.destination.locks, moment.tick - destination.opened
    is_final = moment.tick - source.opened >= game.source.locks.withdrawal_ms and age >= locks.withdrawal_ms
    return is_final and age <= locks.public_withdrawal_ms


def _ripe(rules: Rules, lock: Lock, tick: int, act: Act) -> Act | None:
    """Return the act if it could be in the next block."""
    return act if lock.state == "locked" and may(rules, act, tick + 1 - lock.opened) else None


def _sending(game: Game, moment: Moment, mine: Act | None, theirs: Act | None) -> Moment:
    """Return the moment with what the honest party wants on its way."""
    until = moment.source.lock.opened + game.lock_until
    return moment._replace(
        source=_with(game.source, moment.source, mine, moment.tick, FOREVER),
        destination=_with(game.destination, moment.destination, theirs, moment.tick, until),
    )


def _with(rules: Rules, side: Side, act: Act | None, tick: int, until: int) -> Side:
    """Return a chain with what waits for it: what waited, if it is still wanted, or what is sent now."""
    if act is not None and side.sent is not None and side.sent.act == act:
        return side
    sent = None if act is None else Sent(act, tick + rules.inclusion, until if act == "open" else FOREVER)
    return side._replace(sent=sent)
