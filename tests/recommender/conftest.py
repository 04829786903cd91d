"""Two tastes, in a table with titles and times, and a model of them that nobody changes."""

import numpy as np
import pandas as pd
import pytest

from vaeworks import RecommenderVAE
from vaeworks.datasets.interactions.gathering import gathered
from vaeworks.datasets.interactions.interactions import Items

ITEMS, USERS = 24, 120
SMALL = {"latent_dim": 4, "width": 16, "epochs": 30, "batch_size": 20, "dropout": 0.2, "device": "cpu"}


def of_two_tastes():
    """User u likes about half of the even or of the odd films, those of the user's taste; times count up."""
    random = np.random.default_rng(0)
    rows = [
        {"user": f"user {user}", "item": 100 + item, "rating": 5.0, "time": 0}
        for user in range(USERS)
        for item in random.permutation(np.arange(user % 2, ITEMS, 2))[: 4 + user % 4]
    ]
    return pd.DataFrame(rows).assign(time=np.arange(len(rows)) % 97)


@pytest.fixture(scope="session")
def likes():
    return of_two_tastes()


@pytest.fixture(scope="session")
def interactions(likes):
    ids = [100 + item for item in range(ITEMS)]
    columns = {
        "title": [f"Film {item} (19{50 + item})" for item in range(ITEMS)],
        "genre": ["Comedy|Drama" if item % 2 else "Horror" for item in range(ITEMS)],
    }
    return gathered(likes.user, likes.item, likes.rating, likes.time, known=Items(ids, columns))


@pytest.fixture(scope="session")
def model(interactions):
    return RecommenderVAE(**SMALL).fit(interactions)
