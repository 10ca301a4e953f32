"""Those who profit from the order of transactions: searchers, producers of blocks, and what they take from whom."""
