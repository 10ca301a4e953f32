"""Venues: order books, option market makers, spot pools."""
