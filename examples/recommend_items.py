"""Recommendation: what someone may like who liked some items, from who liked what."""

import numpy as np
import pandas as pd

from vaeworks import RecommenderVAE


def main() -> None:
    draw, tastes = np.random.default_rng(0), {"space": range(20), "romance": range(20, 40)}
    rows = [
        (user, f"{taste} film {item}")
        for user in range(200)
        for taste in [list(tastes)[user % 2]]
        for item in draw.choice(list(tastes[taste]), 8, replace=False)
    ]
    model = RecommenderVAE(epochs=10).fit(pd.DataFrame(rows, columns=["user", "item"]))
    liked = [item for user, item in rows if user == 0][:3]
    print("liked:", ", ".join(liked))
    print("may like:", ", ".join(found["item"] for found in model.recommend_for(liked, n=3)))


if __name__ == "__main__":
    main()
