"""Measurements: ours against a named peer, in one run."""
