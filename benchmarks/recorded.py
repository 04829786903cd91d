"""Where every benchmark leaves its figures: one JSON file a claim, with the machine and the versions."""

import json
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("results")


def record(name: str, figures: dict) -> None:
    """Write `results/NAME.json` and show it."""
    machine = {
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        **{package: version(package) for package in ("torch", "numpy", "scikit-learn", "vaeworks")},
        "date": time.strftime("%Y-%m-%d"),
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine, **figures}, indent=1, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)
