"""Who gets into the next block: by price, or by arrival."""
