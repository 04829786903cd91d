"""Forecasts: the next steps of a series, and intervals that hold them nine times of ten."""

import numpy as np

from vaeworks import ForecastVAE


def main() -> None:
    steps = np.arange(480)
    series = np.sin(steps * 2 * np.pi / 12) + 0.01 * steps + np.random.default_rng(0).normal(0, 0.2, 480)
    model = ForecastVAE(history=36, horizon=12, epochs=20).fit(series[:468])
    low, high = model.intervals(series[:468], 0.9)[..., 0]
    for step, (least, median, most) in enumerate(zip(low, model.predict(series[:468])[:, 0], high, strict=True), 1):
        print(f"step {step:2}: {median:.2f} ({least:.2f} to {most:.2f}), came {series[467 + step]:.2f}")


if __name__ == "__main__":
    main()
