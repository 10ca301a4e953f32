"""What a unit of space on a chain costs: one rule a module, in integers."""
