"""How property tests draw their examples: the same ones every time, or new ones where something is to be found."""

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("SOLVERNET_EXAMPLES", "steady"))
