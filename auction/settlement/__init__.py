"""Settlement: plans, their execution, and who is responsible when one fails."""
