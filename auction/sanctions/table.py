"""The rule table: each kind of conduct that is punished, for how long, on what evidence, and what an appeal must bring.

Durations follow published tables of networks with competing solvers: the fade breaker of UniswapX (a quarter of an
hour, doubled each time, up to 32 hours: `uniswapx-parameterization-api`, `lib/cron/fade-rate-v2.ts`, read 20 August
2026) and the penalty table of OKX Intent (too few settlements: three hours; an inflated quote: 24 hours; OKX
documentation, 2026; a transfer of surplus that is not the solver's, as a breach is: 24 hours). What is not found in
either is said to be ours. Where several penalties are in force, the longest counts; a solver that is banned in mid-
auction still finishes what it has won.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

PenaltyCode = Literal["fade_rate", "low_success", "unbacked", "breach", "false_bids", "impersonation"]
"""Every kind of conduct that keeps a solver out."""

HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """One row of the table."""

    conduct: str
    """What a solver does to incur it."""

    lasts_ms: int
    """Length of the first ban."""

    doublings: int = 0
    """How often a ban for the same conduct doubles in length."""

    evidence: tuple[str, ...]
    """Figures that a ban of this kind carries, beside the fills it rests on."""

    appeal: str
    """What the banned solver sends, and against what it is checked."""


BY_FILL: Final = "name the fill: solvernet appeal RUN FILL lives it through again from the ledger and judges it anew"
BY_ROUND: Final = "name the rounds: solvernet replay RUN opens and checks every recorded bid again"

PENALTIES: Final[Mapping[PenaltyCode, Penalty]] = {
    "fade_rate": Penalty(
        conduct="more than 12 % of its last 100 fills within 24 h were not settled by its own doing, by Laplace's rule",
        lasts_ms=HOUR_MS // 4,
        doublings=7,
        evidence=("fades", "orders", "rate_ppm", "most_ppm", "level"),
        appeal=BY_FILL,
    ),
    "low_success": Penalty(
        conduct="of 12 fills or more that ended within an hour, it settled less than 80 %; weather does not count",
        lasts_ms=3 * HOUR_MS,
        evidence=("settled", "ended", "least_ppm"),
        appeal=BY_FILL,
    ),
    "unbacked": Penalty(
        conduct="it won a fill and then lacked what it had promised to bring (length: ours)",
        lasts_ms=HOUR_MS,
        evidence=("award_ms", "deadline_ms"),
        appeal=BY_FILL,
    ),
    "breach": Penalty(
        conduct="its own settlement is another than it was awarded: amounts, terms or venue calls",
        lasts_ms=24 * HOUR_MS,
        evidence=("awarded_gain", "settled_gain", "damage", "slashed"),
        appeal=BY_FILL,
    ),
    "false_bids": Penalty(
        conduct="of 20 bids or more within an hour, over half broke the owner's terms or their own (ours)",
        lasts_ms=HOUR_MS,
        evidence=("false", "bids", "first_round", "last_round"),
        appeal=BY_ROUND,
    ),
    "impersonation": Penalty(
        conduct="it bid in the name of another solver",
        lasts_ms=24 * HOUR_MS,
        evidence=("round", "position"),
        appeal=BY_ROUND,
    ),
}
