"""All presets by name."""

from typing import Final

from venues.chains.presets.arbitrum import ARBITRUM
from venues.chains.presets.ethereum_2020 import ETHEREUM_2020
from venues.chains.presets.ethereum_2021 import ETHEREUM_2021
from venues.chains.presets.ethereum_today import ETHEREUM_TODAY
from venues.chains.presets.op_stack import OP_STACK
from venues.chains.presets.rollup_2s import ROLLUP_2S
from venues.chains.presets.shared_pair import SHARED_LEFT, SHARED_RIGHT
from venues.chains.presets.zk_rollup import ZK_ROLLUP

PRESETS: Final = {
    rules.name: rules
    for rules in (
        ETHEREUM_2020,
        ETHEREUM_2021,
        ETHEREUM_TODAY,
        ROLLUP_2S,
        OP_STACK,
        ARBITRUM,
        ZK_ROLLUP,
        SHARED_LEFT,
        SHARED_RIGHT,
    )
}
