"""Conduct: which solvers act together, and how sure we are."""
