"""What owners are told about fees when their intent is taken."""

from auction.rules import AuctionRules
from intents.assets import USDC_UNIT
from intents.intent import Intent
from venues.world import World


def fee_notice(rules: AuctionRules, world: World, intent: Intent) -> str:
    """Return what fills of an intent are charged, in one line; nothing where they are free."""
    fees = rules.fees_at(world.state(rules.reference_chain).answer.price)
    if fees is None:
        return ""
    most = fees.most_for_volume(intent, intent.quantity) / USDC_UNIT
    return f"within the limit a fee is paid: {fees}; at the present price at most {most:,.2f} USDC of it for volume"
