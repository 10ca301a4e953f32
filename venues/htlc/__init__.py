"""Hashed timelock contracts, and the ladders of timelocks that keep both parties of a swap safe."""
