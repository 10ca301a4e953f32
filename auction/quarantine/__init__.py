"""Quarantine of poison intents: those in whose presence solvers break or the house stalls."""
