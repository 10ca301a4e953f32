"""Shared security: stake that answers for several services at once, and what it would cost to corrupt them."""
