"""A fit that lasts until its standard input ends: `holding_fit.py OUT`."""

import sys
from pathlib import Path

from numbered import Numbered

from vaeworks.fitting.session import fit_into_folder


def hold():
    print("fitting", flush=True)
    sys.stdin.read()


fit_into_folder(Numbered(1), {"during": hold}, Path(sys.argv[1]), {"source": "mine"})
