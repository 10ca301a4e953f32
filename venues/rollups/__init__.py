"""What makes a rollup one: its data on the L1, and what may be derived from them."""
