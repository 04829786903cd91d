"""Trials of every kind until the time is over, counted; those that end badly are named with their seeds.

python -m tests.soak --minutes 60 --processes 2 --seed 0 [--only "model text"]
"""

import argparse
import itertools
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

from .processes import judged
from .trials import TRIALS


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--only", default="", help="the beginning of the names of trials")
    asked = asked.parse_args()
    names = [name for name in TRIALS if name.startswith(asked.only)]
    counts, end = defaultdict(Counter), time.monotonic() + 60 * asked.minutes
    rounds = ((name, seed) for seed in itertools.count(asked.seed) for name in names)

    def work(_):
        while time.monotonic() < end:
            name, seed = next(rounds)
            found = judged(name, seed)
            counts[name][found.word if found.well else f"BAD: {found.word}"] += 1
            if not found.well:
                print(f"{name}, seed {seed}: {found.word}: {found.said}", flush=True)

    with ThreadPoolExecutor(asked.processes) as pool:
        list(pool.map(work, range(asked.processes)))
    for name in names:
        print(f"{name:24}" + ", ".join(f"{word} {count}" for word, count in sorted(counts[name].items())))
    total = sum(sum(words.values()) for words in counts.values())
    bad = sum(count for words in counts.values() for word, count in words.items() if word.startswith("BAD"))
    print(f"{total} trials, {bad} of them ended badly")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
