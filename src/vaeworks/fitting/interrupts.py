"""Ctrl-C, which is heard even where Python drops it."""

import signal
import threading
from types import FrameType
from typing import Any


class Interrupts:
    """A context that remembers Ctrl-C, and a monitor that raises it again at the next step.

    Python drops what is raised within a callback, as those of imports are. A handler of the caller's own stays.
    """

    heard = False

    def __enter__(self) -> "Interrupts":
        self.heard, self.before = False, signal.getsignal(signal.SIGINT)
        own_thread = threading.current_thread() is threading.main_thread()
        self.listens = own_thread and self.before is signal.default_int_handler
        if self.listens:
            signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *error: object) -> None:
        if self.listens:
            signal.signal(signal.SIGINT, self.before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.heard = True
        raise KeyboardInterrupt

    def start(self, steps: int) -> None:
        pass

    def step(self, record: dict[str, Any]) -> None:
        if self.heard:
            raise KeyboardInterrupt

    def epoch(self, record: dict) -> None:
        pass

    def stop(self) -> None:
        pass
