"""Saves that are killed, each at a later step: `killed_saves.py FOLDER new|over` tells what each of them left.

A step is whatever Python asks of the file system. The process dies as `kill -9` has it: nothing of its own runs after.
"""

import json
import os
import sys
from itertools import count
from pathlib import Path

from numbered import Numbered, loaded

STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "fcntl.flock")


def killed_save(estimator, folder, step):
    """Whether a save in a process of its own was killed at this step, or came to its end before."""
    child = os.fork()
    if child == 0:
        steps = count()
        sys.addaudithook(lambda event, _: os._exit(9) if event in STEPS and next(steps) == step else None)
        estimator.save(folder, overwrite=True)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def found(folder):
    """The numbers of the model that lies there: one where it is whole, none where there is no folder."""
    try:
        return sorted(loaded(folder).numbers()) if folder.exists() else []
    except ValueError as error:
        return str(error)


def outcome(folder, over, step):
    """Killed or not, what is read then, what is read after the next save, and all that lies there after it."""
    if over:
        Numbered(1).save(folder)
        (folder / "notes.txt").write_text("mine")
    killed, then = killed_save(Numbered(2, beside=not over), folder, step), found(folder)
    Numbered(3).save(folder, overwrite=True)
    left = sorted(str(path.relative_to(folder.parent)) for path in folder.parent.rglob("*"))
    return {"killed": killed, "then": then, "next": found(folder), "left": left}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    outcomes = []
    for step in count():
        (place / str(step)).mkdir()
        outcomes.append(outcome(place / str(step) / "model", sys.argv[2] == "over", step))
        if not outcomes[-1]["killed"]:
            break
    print(json.dumps(outcomes))
