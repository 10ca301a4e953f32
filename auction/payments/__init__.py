"""Payments: what winners are paid for being better than the next best, and who bears it."""
