"""Lossy compression of pictures of any size: a lapped transform that learned, and an entropy model that is exact."""
