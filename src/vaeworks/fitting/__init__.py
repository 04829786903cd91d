"""The loop that trains a model, by which plan and on which device; knows no kind of data and no scikit-learn."""
