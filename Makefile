# `make demo` and `make test` set up what they need; `make help` lists everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= 2
SHARED := --numprocesses $(JOBS) --dist loadscope
TORCH := $(shell sed -n 's/^torch==/torch==/p' constraints.txt)

.PHONY: help demo test test-fast soak lint wheel docs benchmarks clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vaeworks needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet '$(TORCH)'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(READY)  ## fit the text VAE on real film reviews in a few minutes, then show what it can do
	$(BIN)/python examples/demo.py

test: $(READY)  ## the whole test suite, in JOBS processes (2)
	$(BIN)/python -m pytest $(SHARED)

test-fast: $(READY)  ## the tests that take no long: about a minute on two cores
	$(BIN)/python -m pytest $(SHARED) -m "not slow"

soak: $(READY)  ## an hour of damaged models, files and archives, and of killed fits, counted
	$(BIN)/python -m tests.soak --minutes 60 --processes $(JOBS)

lint: $(READY)  ## format, lint, types
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy

wheel: $(READY)  ## build the wheel, and use it in an environment that has only what it depends on
	rm -rf dist .wheel
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	$(PYTHON) -m venv .wheel
	$(BIN)/python -c 'import site; print(site.getsitepackages()[0])' > "$$(echo .wheel/lib/python*/site-packages)/dependencies.pth"
	.wheel/bin/python -m pip install --quiet --no-deps dist/*.whl
	.wheel/bin/python -c 'import vaeworks; assert ".wheel" in vaeworks.__file__, vaeworks.__file__'
	.wheel/bin/vae predict imdb "I loved it: funny, warm and beautifully acted." --json | grep '"positive"'

docs: $(READY)  ## the site, in site/; a broken link fails
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	$(BIN)/zensical build --config-file mkdocs.yml --strict

benchmarks: $(READY)  ## every figure in the README (many hours)
	$(BIN)/python benchmarks/text_rotten.py
	$(BIN)/python benchmarks/loop_overhead.py
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/text_memory.py
	$(BIN)/python benchmarks/text_imdb.py
	$(BIN)/python benchmarks/text_baselines.py
	$(BIN)/python benchmarks/text_seed.py
	$(BIN)/python benchmarks/text_without_z.py
	$(BIN)/python benchmarks/text_few_labels.py
	$(BIN)/python benchmarks/text_levels.py
	$(BIN)/python -m pip install --quiet rapidfuzz pythae umap-learn ctgan palmerpenguins implicit cornac bm3d pillow-jxl-plugin statsmodels
	$(BIN)/python benchmarks/text_sentences.py imdb-sentences
	$(BIN)/python benchmarks/image_static.py
	$(BIN)/python benchmarks/image_five_minutes.py
	$(BIN)/python benchmarks/image_samples.py
	$(BIN)/python benchmarks/tabular_maps.py
	$(BIN)/python benchmarks/tabular_imputation.py
	$(BIN)/python benchmarks/tabular_anomalies.py
	$(BIN)/python benchmarks/tabular_synthetic.py
	$(BIN)/python benchmarks/tabular_synthetic.py adult
	$(BIN)/python benchmarks/tabular_scale.py
	$(BIN)/python benchmarks/recommender_strong.py ml-100k
	$(BIN)/python benchmarks/recommender_strong.py ml-1m
	$(BIN)/python benchmarks/recommender_scale.py shape
	$(BIN)/python benchmarks/recommender_scale.py new ml-100k
	$(BIN)/python benchmarks/denoiser_fashion.py
	$(BIN)/python benchmarks/image_lossless.py
	$(BIN)/python benchmarks/seq2seq_multi30k.py
	$(BIN)/python benchmarks/seq2seq_without_z.py
	$(BIN)/python benchmarks/forecast_series.py

clean:  ## remove what make made
	rm -rf $(VENV) .wheel dist site models/demo
