"""Fixed splits: the order of a hash, which anyone can work out again."""

import hashlib

from vaeworks.datasets.named.dealing import deal_films


def test_films_are_dealt_by_a_fixed_order_that_no_other_film_changes():
    films = {f"film {number}": 1 for number in range(1000)}
    shares = {"train": 0.8, "validation": 0.1, "test": 0.1}
    splits = deal_films(films, shares)
    assert {split: len(names) for split, names in splits.items()} == {"train": 800, "validation": 100, "test": 100}
    assert deal_films(dict(reversed(films.items())), shares) == splits
    order = sorted(films, key=lambda film: hashlib.sha256(f"0:{film}".encode()).hexdigest())
    assert splits["test"] == set(order[900:])
