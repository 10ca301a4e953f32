"""Volatility and stability measures."""
