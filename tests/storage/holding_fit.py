"""A fit that lasts until its standard input ends: `holding_fit.py OUT`."""

import sys

from numbered import Numbered

from vaeworks.storage.session import Session

session, estimator = Session(sys.argv[1]), Numbered(1)
with session.running(estimator):
    session.checkpoint.write_bytes(b"state")
    print("fitting", flush=True)
    sys.stdin.read()
