"""Order books that the matching book is measured against."""
