"""Series of numbers at equal steps of time."""
