"""A kind of data that no one needs: rows of numbers, of which the first few are given and the rest is foretold."""
