"""Whether drawn rows come nearer to those of the fit than rows do that were held out."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

MOST_ROWS, SAME = 20_000, 1e-6
COPIES, USUAL_COPIES, NEARNESS = "drawn_copies_share", "held_out_copies_share", "drawn_to_held_out_distance"


def privacy(drawn: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> dict[str, float | None]:
    """Shares of exact copies of training rows, and a ratio of median distances to the nearest of them.

    Parameters
    ----------
    drawn, training, held_out : ndarray (rows, width)
        As the encoder reads them.

    Returns
    -------
    dict
        `drawn_copies_share` and, since tables of few categories repeat themselves, `held_out_copies_share`; and
        `drawn_to_held_out_distance`, below 1 where drawn rows lie nearer than new ones do, None where these are copies.
    """
    near = NearestNeighbors(n_neighbors=1).fit(training[:MOST_ROWS])
    own, others = (near.kneighbors(rows)[0][:, 0] for rows in (drawn, held_out))
    usual = float(np.median(others))
    return {
        COPIES: float((own < SAME).mean()),
        USUAL_COPIES: float((others < SAME).mean()),
        NEARNESS: float(np.median(own)) / usual if usual > SAME else None,
    }


def in_words(figures: dict) -> str:
    nearness = figures[NEARNESS]
    compared = "" if nearness is None else f"; their median distance to one is {nearness:.2f} times that of such rows"
    return (
        f"Privacy: {figures[COPIES]:.1%} of drawn rows are copies of training rows, as are {figures[USUAL_COPIES]:.1%} "
        f"of the rows that were held out{compared}."
    )
