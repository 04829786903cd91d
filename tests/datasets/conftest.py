"""Every test of the data sets has a cache of its own, and no local copies unless it makes some."""

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("VAEWORKS_CACHE", str(folder))
    monkeypatch.delenv("VAEWORKS_DATA", raising=False)
    return folder
