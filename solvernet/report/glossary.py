"""A short glossary of the report's terms."""

from solvernet.report.markup import Markup, join, tag
from solvernet.report.section import section

TERMS = (
    (
        "Agreement",
        "How often two solvers surprise in the same direction; 0 for independent ones, 1/3 for identical ones.",
    ),
    ("Award", "A round’s decision that a bid wins. The fill still has to be delivered."),
    ("Base fee", "Price of gas that a chain itself sets for each block, by how full the last ones were."),
    ("Bond", "What a solver stakes on its word: the 95% quantile of what the fill’s value may move before it is due."),
    ("But-for test", "Whether a failed fill would have landed, had its solver followed the settlement policy."),
    ("Cause", "Why an intent was not filled or an operation was not good; always exactly one, of exactly one layer."),
    ("Dependence", "Bids of two solvers move together more than those of strangers would. An observation, no verdict."),
    ("e-value", "What a stake of 1 has grown to that was bet on dependence; large values are evidence, at any time."),
    ("EES", "Execution environment stability: good weight over due weight of the operations that must not fail."),
    ("Escrow", "Where a user’s money waits. It leaves against delivery at the limit or better; otherwise it returns."),
    (
        "Extraction",
        "What adversaries take by the order of transactions: each block against the honest one.",
    ),
    ("Fill", "A parcel of one intent that one solver delivers on one chain."),
    ("Fingerprint", "Last hash of the chain of all events. The same code, scenario and seed give the same one."),
    ("First-best", "What the house’s router finds possible for all intents of a round together, without competition."),
    (
        "Gwei",
        "A billionth of an ether, for each unit of gas. p60 is the price that six in ten transactions stay below.",
    ),
    ("Ideal run", "The same users with true prices, free block space and one honest solver. What it fills was due."),
    ("Intent", "What a user wants, with a limit on what it may cost, signed. How it is reached is left to solvers."),
    ("Limit", "The most a user pays, or the least they accept. What is left below it is the user’s gain."),
    ("Oracle", "A chain’s own idea of the price of ether. Its answer may be old, or wrong."),
    ("Reward", "Paid to a winner beyond its price for what it added to a round, from the fees of its own fills."),
    ("Round", "An auction: open intents are announced, solvers send sealed bids, the best set of them wins."),
    (
        "Sandwich",
        "A trade before somebody’s order and the opposite one after it, so that the order fills at its bound.",
    ),
    ("Slashed", "Taken from a solver’s bond and given to the owner of the intent it failed."),
    (
        "Solver",
        "A program that competes to fill intents across venues and chains, and lives on the margin in its bids.",
    ),
    ("Suspension", "Time in which a solver’s bids are refused, because it broke its word."),
)


def glossary() -> Markup:
    """Return the section of terms."""
    pairs = (tag("div", join(tag("dt", term), tag("dd", meaning))) for term, meaning in TERMS)
    return section("glossary", "Terms", tag("dl", *pairs, class_="terms"))
