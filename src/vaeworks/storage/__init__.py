"""A fitted model on disk, and a fit that ends as one."""
