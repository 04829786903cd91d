"""Named sets, one file a set: ABOUT says what it is, `is_cached` and `load` get it."""
