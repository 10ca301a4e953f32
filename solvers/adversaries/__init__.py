"""Solvers that misbehave, for testing the network."""
