"""How long `vae --help` takes over a bare interpreter, interleaved.

python benchmarks/startup.py
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from recorded import record

ROUNDS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "vae --help": [str(Path(sys.executable).with_name("vae")), "--help"],
}


def main() -> None:
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS + 1):
        for name, command in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(values[1:]) for name, values in seconds.items()}
    record(
        "startup",
        {"rounds": ROUNDS, "median_seconds": medians, "over_bare": medians["vae --help"] - medians["python -c pass"]},
    )


if __name__ == "__main__":
    main()
