"""What transactions ask of the contracts of a chain."""
