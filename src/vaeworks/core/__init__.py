"""The mathematics of variational autoencoders; knows no kind of data."""
