"""The validator: whether what happened on the chains is exactly what was awarded."""
