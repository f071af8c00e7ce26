"""An LSTM that forecasts the next day of an hourly series from the last three days.

The series is made here: a tide of two periods (12.42 and 12 hours, as the moon and the sun pull),
a daily breeze and noise that lasts. It is compared with the forecast that tomorrow is like today.
`forecast.png` shows the first day.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

import cornu
from cornu import layers

PAST, AHEAD = 72, 24


def tide(hours: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(hours)
    level = np.sin(2 * np.pi * t / 12.42) + 0.4 * np.sin(2 * np.pi * t / 12.0)
    breeze = 0.3 * np.sin(2 * np.pi * t / 24.0 + 1.0)
    noise = np.zeros(hours)
    for i in range(1, hours):
        noise[i] = 0.8 * noise[i - 1] + 0.05 * rng.normal()
    return (level + breeze + noise).astype("float32")


def windows(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    view = np.lib.stride_tricks.sliding_window_view(series, PAST + AHEAD)[::3]
    return view[:, :PAST, None].copy(), view[:, PAST:].copy()


def main() -> None:
    cornu.set_seed(0)
    series = tide(24 * 200)
    x, y = windows(series[: 24 * 160])
    x_test, y_test = windows(series[24 * 160 :])

    model = cornu.Sequential(
        [cornu.Input((PAST, 1)), layers.LSTM(32), layers.Dense(AHEAD)],
    )
    model.compile(cornu.optimizers.Adam(0.005), "mse")
    model.fit(x, y, batch_size=32, epochs=12, verbose=0)

    forecast = model.predict(x_test, verbose=0)
    error = float(np.sqrt(np.mean((forecast - y_test) ** 2)))
    naive = float(np.sqrt(np.mean((x_test[:, -AHEAD:, 0] - y_test) ** 2)))
    figure, axis = plt.subplots(figsize=(6, 4))
    axis.plot(np.arange(-PAST, 0), x_test[0, :, 0], color="gray", label="the past")
    axis.plot(y_test[0], label="what came")
    axis.plot(forecast[0], "--", label="what was forecast")
    axis.set_xlabel("hours")
    axis.legend()
    figure.savefig("forecast.png", dpi=100)
    print(f"root mean square error {error:.3f}; of 'tomorrow is like today' {naive:.3f}")
    print(f"skill {1 - error / naive:.3f}")


if __name__ == "__main__":
    main()
