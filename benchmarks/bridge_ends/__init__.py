"""The ends of the bridges that are compared."""
