"""Interactions that processes share, and lists that a cluster makes, are those of one process."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import torch

from vaeworks import RecommenderVAE, VaeworksError, load
from vaeworks.datasets import load_interactions
from vaeworks.recommender.ease import best_linear

from .conftest import SMALL, of_two_tastes
from .two_recommender_processes import fitted


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """The two tastes in four files, each user in one of them."""
    folder, likes = tmp_path_factory.mktemp("shards"), of_two_tastes().drop(columns="time")
    for number, (_, part) in enumerate(likes.groupby(likes.user.map(lambda user: int(user.split()[1]) % 4))):
        pa.parquet.write_table(pa.Table.from_pandas(part, preserve_index=False), folder / f"part-{number}.parquet")
    return folder


def test_a_folder_of_parquet_files_is_one_set(shards):
    whole, table = load_interactions(shards).whole(), of_two_tastes()
    assert (len(whole), len(whole.members)) == (table.user.nunique(), len(table))


def test_each_process_reads_its_files_and_all_give_the_items_the_same_numbers(shards, monkeypatch):
    parts = []
    for rank in range(2):
        monkeypatch.setenv("RANK", str(rank))
        monkeypatch.setenv("WORLD_SIZE", "2")
        parts.append(load_interactions(shards).whole())
    assert parts[0].items.ids == parts[1].items.ids == sorted(set(of_two_tastes().item))
    assert set(parts[0].users).isdisjoint(parts[1].users)
    assert len(parts[0]) + len(parts[1]) == of_two_tastes().user.nunique()
    assert all(part.apart for part in parts)


def test_more_processes_than_files_are_refused(shards, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "5")
    with pytest.raises(VaeworksError, match="4 files cannot be shared by 5 processes"):
        load_interactions(shards)


def test_a_folder_without_parquet_and_files_that_differ_are_refused(tmp_path):
    with pytest.raises(VaeworksError, match="holds no parquet files"):
        load_interactions(tmp_path)
    pa.parquet.write_table(pa.table({"user": [1], "item": [2]}), tmp_path / "a.parquet")
    pa.parquet.write_table(pa.table({"user": [1], "film": [2]}), tmp_path / "b.parquet")
    with pytest.raises(VaeworksError, match=r"b\.parquet has other columns or types than a\.parquet"):
        load_interactions(tmp_path)


@pytest.mark.slow
def test_two_processes_with_half_of_the_users_each_learn_the_linear_path_of_all(shards, tmp_path):
    script = Path(__file__).with_name("two_recommender_processes.py")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    done = subprocess.run(
        [*command, script, shards, tmp_path / "model"], env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-3000:]
    both = load(tmp_path / "model")
    path, half = both.model_.decoder.linear, both.reader_.trained()
    assert len(half) < 0.6 * len(fitted(shards).reader_.trained())
    found = []
    for rank in range(2):
        os.environ.update(RANK=str(rank), WORLD_SIZE="2")
        try:
            found.append(load_interactions(shards).splits["train"])
        finally:
            del os.environ["RANK"], os.environ["WORLD_SIZE"]
    gram = sum(part.matrix().T @ part.matrix() for part in found).toarray()
    penalties = [25 * 2**step for step in range(-5, 12)]
    near = [
        np.abs(np.linalg.inv(gram + penalty * np.eye(len(gram))) - inverse_of(path.weights, gram, penalty)).max()
        for penalty in penalties
    ]
    assert min(near) < 1e-4


def inverse_of(weights, gram, penalty):
    """What EASE's weights say the inverse of gram + penalty is: off its diagonal, its own entries over it."""
    inverse = np.linalg.inv(gram + penalty * np.eye(len(gram)))
    columns = -weights.double().numpy() * np.diag(inverse)
    np.fill_diagonal(columns, np.diag(inverse))
    return columns


def test_a_linear_path_of_parts_that_are_not_apart_is_that_of_the_part(shards):
    whole = load_interactions(shards).whole()
    one = best_linear(whole, 100, None).weights
    other = best_linear(whole.take(np.arange(60)), 100, None).weights
    assert not torch.allclose(one, other)


@pytest.fixture(scope="module")
def model(shards):
    return RecommenderVAE(**{**SMALL, "epochs": 3}).fit(load_interactions(shards).whole())


def rows_of(lists):
    parts = list(lists)
    return {name: [value for part in parts for value in part[name]] for name in ("user", "rank", "item", "score")}


def test_lists_of_histories_that_the_fit_never_saw_are_those_of_someone_new(model):
    from scipy.sparse import csr_matrix

    liked = np.zeros((1, len(model.reader_.items)))
    liked[0, [0, 2]] = 1
    rows = rows_of(model.lists(3, histories=csr_matrix(liked)))
    ids = [model.reader_.items.ids[number] for number in (0, 2)]
    assert rows["item"] == [row["item"] for row in model.recommend_for(ids, n=3)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # it deprecates its own settings
def test_lists_by_ray_are_those_of_one_process(model, tmp_path):
    pytest.importorskip("ray")
    import ray

    from vaeworks.recommender.clusters import write_lists

    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False, logging_level="ERROR")
    try:
        rows = write_lists(model, model.reader_.histories, tmp_path / "lists", 5, users_a_part=50)
    finally:
        ray.shutdown()
    found = pa.parquet.read_table(tmp_path / "lists").to_pydict()
    mine = rows_of(model.lists(5))
    assert rows == len(mine["user"]) == len(found["user"])
    order = sorted(range(rows), key=lambda row: (found["user"][row], found["rank"][row]))
    own = sorted(range(rows), key=lambda row: (mine["user"][row], mine["rank"][row]))
    assert [found["item"][row] for row in order] == [mine["item"][row] for row in own]
    np.testing.assert_allclose([found["score"][row] for row in order], [mine["score"][row] for row in own], atol=1e-4)


def test_a_folder_that_holds_something_is_not_written_into(model, tmp_path):
    pytest.importorskip("ray")
    from vaeworks.recommender.clusters import write_lists

    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(VaeworksError, match="exists already"):
        write_lists(model, model.reader_.histories, tmp_path)
