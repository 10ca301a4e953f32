"""Every code that a bid can be answered with, and what it means: there are no others."""

from collections.abc import Mapping
from typing import Final, Literal

BidCode = Literal[
    "won",
    "outbid",
    "capacity",
    "full",
    "unfair",
    "suspended",
    "foreign",
    "too_many",
    "unfunded",
    "last_resort",
    "wrong_round",
    "duplicate_fill",
    "unknown_intent",
    "overfill",
    "off_lot",
    "terms",
    "unreachable",
    "unknown_venue",
    "venue_not_allowed",
    "unknown_instrument",
    "bound",
    "simulation",
]

BID_CODES: Final[Mapping[BidCode, str]] = {
    "won": "It won.",
    "outbid": "Another bid on one of its intents won.",
    "capacity": "No other bid on its intents won; others won the capacity, cash, or backing of a maker that it needs.",
    "full": "As many bids won, or as many of this solver's, as may win.",
    "unfair": "It fills several intents, and gives one of their owners less than the best bid on that intent alone.",
    "suspended": "Its solver is kept out for a while.",
    "foreign": "It is in another solver's name.",
    "too_many": "Its solver has sent one on this intent before, or as many batch bids as it may.",
    "unfunded": "It may take more cash than its solver has free on a chain, even if it wins alone.",
    "last_resort": "Its solver bids only where nobody else does, and another solver's bid on one of its intents holds.",
    "wrong_round": "It is for another round.",
    "duplicate_fill": "It fills an intent twice on one chain.",
    "unknown_intent": "It fills an intent that is not in this auction.",
    "overfill": "It fills more than remains of an intent.",
    "off_lot": "A quantity is not a whole number of lots.",
    "terms": "It breaks what an owner signed: price, legs, least fill, chains.",
    "unreachable": "No bridge leads from the owner's home to the chain of delivery.",
    "unknown_venue": "An order goes to a venue that is not on that chain.",
    "venue_not_allowed": "An order goes to a venue that the owner does not allow.",
    "unknown_instrument": "An order is for what the venue does not trade, or for nothing.",
    "bound": "Its orders break their own bounds at the snapshot.",
    "simulation": "Its plan, executed on the chains as they were at the snapshot, reverts.",
}
