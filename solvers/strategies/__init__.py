"""Honest strategies."""
