"""Series of numbers: what comes next, given what was."""
