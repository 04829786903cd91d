"""How a model is fitted, judged and kept; knows no kind of data."""
