"""Every test of the data sets has a cache of its own, and no local copies unless it makes some."""

import errno
import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("VAEWORKS_CACHE", str(folder))
    monkeypatch.delenv("VAEWORKS_DATA", raising=False)
    return folder


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def served(tmp_path):
    """A folder whose files `server` offers."""
    folder = tmp_path / "served"
    folder.mkdir()
    return folder


@pytest.fixture
def server(served, monkeypatch):
    """The address of a server of our own, with a slash at the end."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(served))) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


@pytest.fixture
def lock(monkeypatch):
    """Let no one list a folder, root neither."""

    def refuse(folder):
        for name in ("listdir", "scandir"):
            monkeypatch.setattr(os, name, guarded(getattr(os, name), folder))

    return refuse


def guarded(function, locked):
    def guard(folder="."):
        if not isinstance(folder, int) and os.path.abspath(folder) == str(locked):
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return function(folder)

    return guard
