"""Tables: holes filled, odd rows found, and rows drawn that are nobody's."""

import numpy as np
from sklearn.datasets import load_wine

from vaeworks import TabularVAE


def main() -> None:
    table = load_wine(as_frame=True).data
    holes = table.mask(np.random.default_rng(0).random(table.shape) < 0.2)
    model = TabularVAE(epochs=60).fit(holes)
    full = model.impute(holes)
    error = ((full - table) / table.std()).to_numpy()[holes.isna()]
    print(f"filled {holes.isna().sum().sum()} holes: RMSE {np.sqrt((error**2).mean()):.2f} standard deviations")
    print("the oddest row:", int(model.anomaly_score(table).argmax()))
    print(model.sample(2))


if __name__ == "__main__":
    main()
