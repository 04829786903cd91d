"""A fit that is killed in the middle of writing its first checkpoint: `killed_writer.py OUT`."""

import resource
import signal
import sys

import torch
from numbered import Numbered

from vaeworks.fitting.checkpoint import Position, write_checkpoint
from vaeworks.storage.session import Session

session, estimator = Session(sys.argv[1]), Numbered(1)
weights = {"model": {"large": torch.zeros(100_000)}}
optimizer = torch.optim.SGD(estimator.model_.parameters())
with session.running(estimator):
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # deadly, and it comes with the byte beyond the limit
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    write_checkpoint(session.checkpoint, Position(), weights, optimizer)
