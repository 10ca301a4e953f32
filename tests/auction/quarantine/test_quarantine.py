"""A run of rounds in which solvers break on some intents: who ends up in quarantine, and who does not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from auction.quarantine.quarantine import Freeze, Quarantine
from auction.quarantine.rules import QuarantineRules, Seen, Trouble, broken_groups
from auction.quarantine.suspicion import Suspicion
from venues.seeds import generator

MINUTE_MS = 60_000
FIRST_MS = 15 * MINUTE_MS
RULES = QuarantineRules(most_work=1000, first_ms=FIRST_MS)
TWO = ("glass", "china")

Breaks = Callable[[str, frozenset[str]], bool]
"""Whether a group breaks in a round with these intents."""


def on(*poison: str, groups: Sequence[str] = TWO) -> Breaks:
    """Return that these groups break on these intents."""
    return lambda group, intents: group in groups and bool(intents & set(poison))


@dataclass
class Rounds:
    """A quarantine, and rounds a minute apart."""

    breaks: Breaks
    groups: tuple[str, ...] = (*TWO, "steel")
    quarantine: Quarantine = field(default_factory=lambda: Quarantine(RULES))
    number: int = 0
    freezes: list[Freeze] = field(default_factory=list)
    held: list[frozenset[str]] = field(default_factory=list)

    def hold(self, *open_: str, troubles: dict[str, tuple[Trouble, str]] | None = None) -> frozenset[str]:
        """Hold one round of whatever is let in of the open intents, and return what was."""
        self.number += 1
        now_ms = self.number * MINUTE_MS
        inside = frozenset(n for n in open_ if self.quarantine.holds(n, owner(n), now_ms) is None)
        self.held.append(frozenset(open_) - inside)
        broken = frozenset(group for group in self.groups if inside and self.breaks(group, inside))
        seen = Seen(
            number=self.number,
            time_ms=now_ms,
            intents=inside,
            present=frozenset(self.groups if inside else ()),
            broken=broken,
        )
        told = {name: why for name, why in (troubles or {}).items() if name in inside}
        self.freezes += self.quarantine.saw(seen, told, {name: owner(name) for name in open_})
        return inside

    @property
    def frozen(self) -> list[str]:
        """Intents that went into quarantine, in order."""
        return [freeze.intent_id for freeze in self.freezes]


def owner(name: str) -> str:
    """Return whose an intent is: the letter it begins with."""
    return name[0]


def test_nothing_is_held_while_nobody_breaks() -> None:
    rounds = Rounds(on())

    for _ in range(5):
        rounds.hold("a1", "b1")

    assert rounds.frozen == []
    assert not any(rounds.held)


@pytest.mark.parametrize("poison", ["a1", "d1", "h1"])
def test_one_poison_among_eight_is_found_and_nobody_else_is_held_for_it(poison: str) -> None:
    names = [f"{letter}1" for letter in "abcdefgh"]
    rounds = Rounds(on(poison))
    rounds.hold("z1")

    for _ in range(8):
        rounds.hold(*names)

    assert rounds.frozen == [poison]
    assert rounds.held[-1] == {poison}


def test_one_group_alone_cannot_bring_an_intent_into_quarantine() -> None:
    rounds = Rounds(on("a1", groups=("glass",)))
    rounds.hold("z1")

    for _ in range(20):
        rounds.hold("a1", "b1")

    assert rounds.frozen == []
    assert not any(rounds.held)


def test_solvers_of_one_make_are_one_group() -> None:
    rules = QuarantineRules(most_work=1, first_ms=1, groups={"one": "firm", "two": "firm", "three": ""})

    broken = broken_groups({"one": "crashed: 1", "two": "failed: x", "three": "killed: it did not come back"}, rules)

    assert broken == {"firm", "three"}


@pytest.mark.parametrize("fault", ["sealed: no key fits", "lost: the broker was down"])
def test_a_sheet_that_was_lost_or_cannot_be_opened_is_no_break(fault: str) -> None:
    assert broken_groups({"one": fault}, RULES) == frozenset()


def test_groups_that_break_whatever_is_in_the_round_convict_nobody() -> None:
    rounds = Rounds(lambda group, _: group in TWO)

    for _ in range(30):
        rounds.hold("a1", "b1", "c1")

    assert rounds.frozen == []


def test_groups_that_begin_to_break_on_what_they_have_worked_with_convict_nobody() -> None:
    rounds = Rounds(on())
    for _ in range(3):
        rounds.hold("a1", "b1")
    rounds.breaks = lambda group, _: group in TWO

    for _ in range(10):
        rounds.hold("a1", "b1")

    assert rounds.frozen == []
    assert not any(rounds.held)


def test_groups_that_begin_to_break_on_everything_while_intents_come_and_go_convict_nobody() -> None:
    rounds = Rounds(on())
    for number in range(40):
        if number == 5:
            rounds.breaks = lambda group, _: group in TWO
        rounds.hold(*(f"h{n}" for n in range(number, number + 4)))

    assert rounds.frozen == []


def test_what_the_house_stalls_on_is_held_at_once() -> None:
    rounds = Rounds(on())

    rounds.hold("a1", "b1", troubles={"a1": ("house_stalled", "5000 units of work, 1000 are allowed")})

    assert rounds.frozen == ["a1"]
    assert rounds.hold("a1", "b1") == {"b1"}
    assert str(rounds.quarantine.holds("a1", "a", 2 * MINUTE_MS)).startswith("house_stalled, until 960000: 5000 units")


def test_a_break_that_the_house_explains_puts_nobody_else_on_trial() -> None:
    rounds = Rounds(on("a1"))
    rounds.hold("z1")

    rounds.hold("a1", "b1", "c1", troubles={"a1": ("house_failed", "ValueError: x")})

    assert rounds.hold("a1", "b1", "c1") == {"b1", "c1"}


def test_a_quarantine_ends_after_its_time_and_one_more_bad_round_begins_a_longer_one() -> None:
    rounds = Rounds(on("a1"))
    rounds.hold("z1")
    while not rounds.frozen:
        rounds.hold("a1", "b1")
    first = rounds.freezes[0]
    rounds.number = first.until_ms // MINUTE_MS - 1

    inside = rounds.hold("a1", "b1")

    assert "a1" in inside
    assert rounds.frozen == ["a1", "a1"]
    assert [f.until_ms - f.since_ms for f in rounds.freezes] == [FIRST_MS, 2 * FIRST_MS]


def test_an_intent_that_is_harmless_when_it_is_let_in_again_stays_in() -> None:
    rounds = Rounds(on("a1"))
    rounds.hold("z1")
    while not rounds.frozen:
        rounds.hold("a1", "b1")
    rounds.number, rounds.breaks = rounds.freezes[0].until_ms // MINUTE_MS, on()

    held = [rounds.hold("a1", "b1") for _ in range(5)]

    assert held == [{"a1", "b1"}] * 5


def test_from_the_second_on_everything_of_the_owner_waits() -> None:
    rounds = Rounds(on())
    trouble: dict[str, tuple[Trouble, str]] = dict.fromkeys(("a1", "a2"), ("house_stalled", "work"))

    rounds.hold("a1", "b1", troubles=trouble)
    once = rounds.hold("a2", "a3", "b1", troubles=trouble)
    twice = rounds.hold("a3", "a4", "b1")

    assert (once, twice) == ({"a2", "a3", "b1"}, {"b1"})


@pytest.mark.parametrize("seed", range(25))
def test_only_poison_is_ever_convicted_while_intents_come_and_go(seed: int) -> None:
    rng = generator(seed, "rounds")
    rounds = Rounds(lambda group, intents: group in TWO and any(name.startswith("p") for name in intents))
    living: dict[str, int] = {}
    for number in range(60):
        for kind, rate in (("p", 0.15), ("h", 2.0)):
            count = int(rng.poisson(rate))
            living |= {f"{kind}{number}.{i}": number + int(rng.integers(2, 12)) for i in range(count)}
        living = {name: until for name, until in living.items() if until >= number}
        rounds.hold(*sorted(living))

    assert {name[0] for name in rounds.frozen} <= {"p"}
    honest = [sum(name.startswith("h") for name in held) for held in rounds.held]
    assert sum(honest) < 0.3 * 60 * 2 * 7


def test_trouble_with_an_intent_that_has_ended_meanwhile_is_nobodys() -> None:
    quarantine = Quarantine(RULES)
    seen = Seen(number=1, time_ms=MINUTE_MS, intents=frozenset({"a1"}), present=frozenset(TWO))

    assert quarantine.saw(seen, {"a1": ("house_stalled", "too much work")}, {"b1": "b"}) == ()


def test_a_group_that_is_not_believed_is_believed_again_once_it_has_worked() -> None:
    suspicion = Suspicion(RULES)

    def told(number: int, *intents: str, broken: tuple[str, ...] = ()) -> Seen:
        made = Seen(
            number=number,
            time_ms=number * MINUTE_MS,
            intents=frozenset(intents),
            present=frozenset(TWO),
            broken=frozenset(broken),
        )
        suspicion.look(made, {"a1", "b1", "c1"})
        return made

    told(1, "a1")
    told(2, "a1", broken=("glass",))
    fresh = Seen(number=3, time_ms=1, intents=frozenset({"b1"}), present=frozenset(TWO), broken=frozenset({"glass"}))
    assert suspicion.accusers(fresh) == frozenset()

    told(4, "a1")
    assert suspicion.accusers(fresh) == {"glass"}
