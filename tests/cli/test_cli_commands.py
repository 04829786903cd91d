"""Every command works, in words and as one JSON object."""

import io
import json

import pyarrow as pa
import pyarrow.csv
import pytest

from vaeworks import load

GEM, WASTE = "the film was great.", "the film was dull."
COMMANDS = {
    "fit": "fit text {reviews}/reviews.txt --out {folder}/new --epochs 1 --latent-dim 2",
    "evaluate": "evaluate {model} --samples 2",
    "reconstruct": "reconstruct {model} good bad",
    "predict": "predict {model} good bad",
    "encode": "encode {model} {reviews}/reviews.txt --out {folder}/codes.csv",
    "rewrite": "rewrite {model} good bad --label 5",
    "sample": "sample {model} -n 3 --label 5",
    "interpolate": "interpolate {model} good bad --steps 4",
    "info": "info {model}",
    "report": "report {model} --out {folder}/report.html",
    "datasets": "datasets",
    "datasets NAME": "datasets rotten",
}
MEASURED = {
    "accuracy", "negative_elbo_nats", "reconstruction_nats", "kl_nats", "importance_bound_nats", "importance_samples",
    "perplexity_elbo", "perplexity_importance", "token_accuracy_teacher_forced", "token_accuracy_free_running",
    "active_units", "latent_units", "mutual_information_nats", "kl_per_unit_nats", "examples", "tokens", "seconds",
    "peak_memory_bytes", "collapsed",
}  # fmt: skip


@pytest.fixture
def command(request, own_model, reviews, tmp_path):
    line = COMMANDS[request.param]
    return line.format(model=own_model, reviews=reviews, folder=tmp_path).split()


@pytest.mark.parametrize("command", COMMANDS, indirect=True)
def test_every_command_says_something_in_words(vae, command):
    result = vae(*command)
    assert result.code == 0, result.err
    assert result.out.strip()
    assert not result.out.startswith("{")


@pytest.mark.parametrize("command", COMMANDS, indirect=True)
def test_json_is_one_object_and_nothing_else_is_on_standard_output(vae, command):
    assert vae(*command, "--json").json()


@pytest.mark.parametrize("verb", ["evaluate", "sample"])
def test_seeds_repeat_and_differ(vae, own_model, verb):
    words = {"evaluate": ("--samples", "2"), "sample": ("--temperature", "1")}[verb]
    first, again, other = (vae(verb, own_model, *words, "--seed", seed, "--json").json() for seed in (1, 1, 2))
    for figures in (first, again, other):
        figures.pop("seconds", None)
        figures.pop("peak_memory_bytes", None)
    assert first == again != other


def test_who_may_read_one_file_of_a_model_may_read_all(own_model):
    assert len({file.stat().st_mode for file in own_model.iterdir()}) == 1


def test_a_model_that_the_command_fitted_is_silent_in_python(model, capsys):
    load(model).predict([GEM])
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_two_fits_with_one_seed_are_the_same_model(fitted):
    one, two, other = (fitted("reviews.txt", "--seed", seed) / "model.safetensors" for seed in (3, 3, 4))
    assert one.read_bytes() == two.read_bytes() != other.read_bytes()


@pytest.mark.parametrize(("n", "label"), [(1, None), (3, "1")])
def test_sample_gives_as_many_texts_as_asked(vae, model, n, label):
    words = () if label is None else ("--label", label)
    assert len(vae("sample", model, "-n", n, *words, "--json").json()["texts"]) == n


def test_reconstruct_gives_the_original_the_reconstruction_and_the_label_with_its_probability(vae, model):
    rows = vae("reconstruct", model, GEM, WASTE, "--json").json()["rows"]
    loaded = load(model)
    assert [row["original"] for row in rows] == [GEM, WASTE]
    tokens = loaded.reconstruct([GEM, WASTE])
    assert [row["reconstruction"] for row in rows] == loaded.as_written(tokens)
    raw = vae("reconstruct", model, GEM, WASTE, "--tokens", "--json").json()["rows"]
    assert [row["reconstruction"] for row in raw] == tokens
    assert [row["stars"] for row in rows] == loaded.predict([GEM, WASTE]).tolist()
    assert [row["probability"] for row in rows] == loaded.predict_proba([GEM, WASTE]).max(1).tolist()


def test_in_words_the_names_stand_in_one_column_and_the_probability_behind_the_label(vae, model):
    first, second, third = vae("reconstruct", model, GEM).out.splitlines()
    assert first == f"original        {GEM}"
    assert second.startswith("reconstruction  ")
    row = vae("predict", model, GEM, "--json").json()["rows"][0]
    assert third == f"stars           {row['stars']} ({row['probability']:.2f})"


@pytest.mark.slow
def test_a_model_of_unlabelled_texts_reconstructs_without_a_label(vae, unlabelled_model):
    rows = vae("reconstruct", unlabelled_model, GEM, "--json").json()["rows"]
    assert [list(row) for row in rows] == [["original", "reconstruction"]]


@pytest.mark.parametrize("verb", ["reconstruct", "predict"])
def test_the_lines_of_a_file_are_those_of_editors_and_blank_ones_stay_where_they_are(vae, model, tmp_path, verb):
    file, odd = tmp_path / "some.txt", f"{GEM}\u2028\x0c{WASTE}"
    file.write_text(f"{GEM}\n\n  \n{odd}\n", encoding="utf-8")
    result = vae(verb, model, "--file", file, "--json")
    rows = result.json()["rows"]
    assert [row["text"] for row in rows] == [GEM, "", "  ", odd]
    assert [row["stars"] is None for row in rows] == [False, True, True, False]
    assert "2 texts are empty" in result.err


def test_one_word_that_names_a_file_is_that_file(vae, model, tmp_path, monkeypatch):
    (tmp_path / "new.csv").write_text(f"id,review,note\n007,{GEM},NA\n")
    monkeypatch.chdir(tmp_path)
    result = vae("predict", model, "new.csv", "--out", "out.csv")
    assert "new.csv is read as a file" in result.err
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith(f"007,{GEM},NA,")
    assert vae("predict", model, "new.csv", "--as-text", "--json").json()["rows"][0]["text"] == "new.csv"
    assert "there is no file old.csv" in vae("predict", model, "old.csv").refusal()


def test_a_dash_is_standard_input(vae, model, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GEM}\n\n{WASTE}"))
    rows = vae("predict", model, "-", "--json").json()["rows"]
    assert [row["text"] for row in rows] == [GEM, "", WASTE]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "tsv"])
def test_a_table_keeps_its_columns_and_gets_labels(vae, model, reviews, tmp_path, ending):
    source, out = reviews / f"reviews.{ending}", tmp_path / "out.jsonl"
    assert vae("predict", model, "--file", source, "--text", "review", "--out", out, "--json").json()["rows_written"]
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    whole = load(model).predict([row["review"] for row in rows])
    assert len(rows) == 100
    assert {int(row["stars"]) for row in rows} == {1, 5}  # those of the file stay
    assert [row["predicted_stars"] for row in rows] == whole.tolist()


def test_values_of_a_jsonl_stay_as_they_are(vae, model, tmp_path):
    """Dates that are words, numbers that no machine holds, and keys that only some lines have."""
    rows = [
        {"text": GEM, "when": "2026-01-02", "number": 12345678901234567890123, "zip": "05185", "tags": ["a", {"b": 1}]},
        {"text": WASTE, "when": "2026-01-03", "number": 1, "zip": "1"},
    ]
    (tmp_path / "new.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert vae("predict", model, tmp_path / "new.jsonl", "--out", tmp_path / "out.jsonl").code == 0
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    names = list(rows[0])
    assert [{name: row[name] for name in names} for row in found] == [
        {name: row.get(name) for name in names} for row in rows
    ]


def test_labels_with_other_names_are_told_which_class_they_mean(vae, own_model, tmp_path):
    (tmp_path / "new.csv").write_text(f"text,label\n{GEM},good\n{WASTE},bad\n{GEM},5\n")
    said = vae("evaluate", own_model, tmp_path / "new.csv").refusal()
    assert "there is no class 'good': the classes are 1, 5" in said
    assert "--class good=" in said
    known = ("--class", "good=5", "--class", "bad=1")
    figures = vae("evaluate", own_model, tmp_path / "new.csv", *known, "--samples", "0", "--json").json()
    truth = [row["stars"] for row in vae("predict", own_model, GEM, WASTE, "--json").json()["rows"]]
    assert figures["accuracy"] == pytest.approx((2 * (int(truth[0]) == 5) + (int(truth[1]) == 1)) / 3)
    assert "there is no class '3'" in vae("evaluate", own_model, tmp_path / "new.csv", "--class", "bad=3").refusal()
    assert load(own_model).reader_.classes.names == [1, 5]


def test_a_text_may_begin_with_a_dash_after_two_dashes(vae, model):
    assert vae("predict", model, "--json", "--", "-5 stars").json()["rows"][0]["text"] == "-5 stars"


def test_interpolate_takes_as_many_steps_as_asked_and_those_of_python(vae, model):
    texts = vae("interpolate", model, GEM, WASTE, "--steps", "5", "--json").json()["texts"]
    assert len(texts) == 5
    assert texts == load(model).as_written(load(model).interpolate(GEM, WASTE, 5))


def test_evaluate_writes_every_figure_into_metrics_and_keeps_those_of_the_fit(vae, own_model):
    before = json.loads((own_model / "metrics.json").read_text())
    printed = vae("evaluate", own_model, "--samples", "2", "--json").json()
    after = json.loads((own_model / "metrics.json").read_text())
    assert after.keys() >= MEASURED
    assert {name: after[name] for name in before} == before
    assert {name: value for name, value in after.items() if name not in before} == printed
    assert [file.name for file in own_model.iterdir() if file.name.startswith(".")] == []


def test_evaluate_without_data_takes_the_rows_that_the_fit_held_out(vae, own_model):
    held_out = json.loads((own_model / "metrics.json").read_text())["fit"]["held_out"]
    figures = vae("evaluate", own_model, "--samples", "0", "--json").json()
    assert (figures["dataset"], figures["split"]) == ("reviews.csv", "held out")
    assert {name: figures[name] for name in ("examples", "negative_elbo_nats")} == {
        name: held_out[name] for name in ("examples", "negative_elbo_nats")
    }
    assert figures["importance_bound_nats"] is figures["perplexity_importance"] is None


def test_evaluate_measures_other_data_and_only_the_first_rows(vae, own_model, reviews):
    words = ("--text", "review", "--label", "stars", "--samples", "2", "--json")
    whole = vae("evaluate", own_model, reviews / "reviews.tsv", *words).json()
    first = vae("evaluate", own_model, reviews / "reviews.tsv", "--limit", "7", *words).json()
    assert (whole["examples"], first["examples"], whole["split"]) == (100, 7, "all")
    assert first["importance_samples"] == 2


@pytest.mark.slow
def test_the_name_of_the_label_stands_beside_its_accuracy(vae, fitted):
    figures = vae("evaluate", fitted("folder"), "--samples", "0", "--json").json()
    assert (figures["label"], figures["accuracy"]) == ("sentiment", figures["sentiment_accuracy"])
    assert figures["deprecated_keys"] == ["importance_bound_nats", "sentiment_accuracy"]
    assert "sentiment accuracy" not in vae("evaluate", fitted("folder"), "--samples", "0").out


def test_formulas_are_told_of_and_written_as_words_on_request(vae, model, tmp_path):
    (tmp_path / "in.csv").write_text('review,author\n"=1+1 fine",me\n-3,you\n')
    told = vae("predict", model, tmp_path / "in.csv", "--out", tmp_path / "out.csv")
    assert "out.csv: 1 cells begin with =, +, - or @" in told.err
    assert pa.csv.read_csv(tmp_path / "out.csv")["review"].to_pylist() == ["=1+1 fine", "-3"]
    done = vae("predict", model, tmp_path / "in.csv", "--out", tmp_path / "out.csv", "--formulas-as-words")
    assert "out.csv: 1 cells that look like formulas got an apostrophe" in done.err
    assert pa.csv.read_csv(tmp_path / "out.csv")["review"].to_pylist() == ["'=1+1 fine", "-3"]
    assert vae("predict", model, tmp_path / "in.csv", "--out", tmp_path / "out.jsonl").err.count("spreadsheet") == 0


@pytest.mark.parametrize("ending", ["txt", "csv", "jsonl"])
def test_texts_are_written_where_out_says(vae, model, tmp_path, ending):
    out = tmp_path / f"drawn.{ending}"
    said = vae("sample", model, "-n", "3", "--out", out, "--json").json()
    printed = vae("sample", model, "-n", "3", "--json").json()["texts"]
    assert said == {"rows_written": 3, "out": str(out)}
    lines = out.read_text().splitlines()
    assert len(lines) == (4 if ending == "csv" else 3)
    assert all(text in line for text, line in zip(printed, lines[-3:], strict=True))


def test_a_txt_has_the_answers_alone(vae, model, tmp_path):
    vae("reconstruct", model, GEM, WASTE, "--out", tmp_path / "r.txt")
    assert vae("reconstruct", model, GEM, WASTE, "--out", tmp_path / "raw.txt", "--tokens").code == 0
    assert (tmp_path / "raw.txt").read_text().splitlines() == load(model).reconstruct([GEM, WASTE])
    written = load(model).as_written((tmp_path / "raw.txt").read_text().splitlines())
    assert (tmp_path / "r.txt").read_text().splitlines() == written
    vae("predict", model, GEM, WASTE, "--out", tmp_path / "p.txt")
    assert (tmp_path / "p.txt").read_text().split() == [str(label) for label in load(model).predict([GEM, WASTE])]


def test_predictions_are_written_with_their_columns(vae, model, tmp_path):
    vae("predict", model, GEM, "--out", tmp_path / "p.csv")
    assert (tmp_path / "p.csv").read_text().splitlines()[0] == "text,stars,probability"


def test_info_shows_the_figures_of_the_fit_until_there_is_an_evaluation(vae, own_model):
    before = vae("info", own_model, "--json").json()
    assert before["kind"] == "text"
    assert before["fitted on"].endswith("reviews.csv")
    assert (before["epochs"], before["parameters"]["latent_dim"]) == (2, 4)
    assert "negative_elbo_nats" in before["figures"]
    assert "perplexity_importance" not in before["figures"]
    figures = vae("evaluate", own_model, "--samples", "0", "--json").json()
    assert vae("info", own_model, "--json").json()["figures"]["accuracy"] == figures["accuracy"]


@pytest.mark.slow
def test_the_report_is_one_page_with_the_figures_of_the_evaluation(vae, own_model, tmp_path):
    vae("evaluate", own_model, "--samples", "2")
    metrics = json.loads((own_model / "metrics.json").read_text())
    assert vae("report", own_model, "--out", tmp_path / "page.html", "--json").json()["report"].endswith("page.html")
    page = (tmp_path / "page.html").read_text()
    assert page.count("<html") == 1
    assert f"{metrics['perplexity_importance']:.4g}" in page
    assert 'src="http' not in page


def test_datasets_describes_the_named_sets(vae):
    known = {row["name"]: row["kind"] for row in vae("datasets", "--json").json()["rows"]}
    images = ("digits", "mnist", "fashion", "binarized-mnist", "frey", "olivetti")
    tables = ("iris", "wine", "breast-cancer", "penguins", "covtype", "adult", "california")
    texts = dict.fromkeys(("rotten", "imdb"), "text")
    films = dict.fromkeys(("ml-100k", "ml-1m", "ml-20m"), "recommender")
    pairs = dict.fromkeys(("multi30k-en-de", "multi30k-en-fr", "tatoeba-en-fr"), "seq2seq")
    numbers = dict.fromkeys(tables, "tabular") | dict.fromkeys(("co2", "elnino"), "forecast")
    assert known == texts | films | pairs | numbers | dict.fromkeys(images, "image")
    assert vae("datasets", "imdb", "--json").json()["name"] == "imdb"


def test_two_classes_have_samples_of_their_own(vae, model):
    good, bad = (vae("sample", model, "-n", "5", "--label", label, "--json").json()["texts"] for label in ("5", "1"))
    assert good != bad


def test_verbose_says_no_less_and_changes_nothing(vae, model):
    assert vae("sample", model, "--verbose", "--json").json() == vae("sample", model, "--json").json()


def test_evaluate_says_where_it_measures_what_was_trained_on(vae, own_model, reviews):
    said = vae("evaluate", own_model, reviews / "reviews.csv", "--samples", "0", "--json").json()
    assert said["split"] == "all, on which the model was fitted"


def test_what_a_file_holds_gives_no_orders_to_the_terminal(vae, tmp_path):
    labels = {"good": "\033[31mp|o*s", "bad": "neg"}
    rows = [f"{word} film {row},{label}" for row in range(20) for word, label in labels.items()]
    (tmp_path / "some.csv").write_text("\n".join(["text,label", *rows]))
    model = tmp_path / "model"
    sizes = [word for size in ("latent-dim", "encoder-units", "decoder-units") for word in (f"--{size}", "4")]
    sizes += ["--epochs", "1", "--bigram-buckets", "0"]
    assert vae("fit", "text", tmp_path / "some.csv", *sizes, "--out", model).code == 0
    words = ("good \033[2J film", "./no\033[31mne.csv")
    found = [*(vae("predict", model, word) for word in words), vae("info", model)]
    assert not any("\033" in each.out + each.err for each in found)
    assert r"good \x1b[2J film" in found[0].out
    assert r"- label: \\x1b\[31mp\|o\*s, neg" in (model / "card.md").read_text()
