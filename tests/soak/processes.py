"""A trial in a process of its own, which may not hang, die, or take what memory there is."""

import multiprocessing
import os
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

SECONDS, BYTES = 120, 12 * 2**30
METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else None
APART = multiprocessing.get_context(METHOD)
APART.set_forkserver_preload(["tests.soak.trials"])


@dataclass(frozen=True)
class Verdict:
    """What became of a trial: one word that is counted, whether that is well, and what there is to say."""

    word: str
    well: bool
    said: str = ""


def judged(name, seed, seconds=SECONDS):
    """The verdict of a trial of some name with a seed."""
    ours, theirs = APART.Pipe(duplex=False)
    with TemporaryDirectory(prefix="soak") as folder:
        process = APART.Process(target=answer, args=(name, seed, folder, theirs))
        process.start()
        theirs.close()
        began = time.monotonic()
        try:
            found = ours.recv() if ours.poll(seconds) else Verdict("hung", False, f"no end after {seconds} s")
        except EOFError:
            process.join()
            found = Verdict("died", False, f"exit code {process.exitcode} after {time.monotonic() - began:.0f} s")
        process.kill()
        process.join()
    return found


def answer(name, seed, folder, pipe):
    import resource

    import torch

    from .trials import TRIALS

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    os.chdir(folder)
    try:
        found = TRIALS[name](np.random.default_rng([seed, *name.encode()]), Path(folder))
    except MemoryError:
        found = Verdict("memory", False, traceback.format_exc())
    except BaseException:
        found = Verdict("traceback", False, traceback.format_exc())
    pipe.send(found)
