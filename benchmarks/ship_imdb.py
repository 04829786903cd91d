"""Put a fitted model into the package under the name imdb or imdb-sentences, with the figures of the very files.

python benchmarks/ship_imdb.py models/imdb                      # about 20 minutes; made as its card says
python benchmarks/ship_imdb.py models/imdb-sentences            # then benchmarks/text_sentences.py measures its words
"""

import sys
from pathlib import Path

import numpy as np
from imdb_reviews import read
from recorded import record
from text_imdb import EVERY_FOR_SAMPLES, importance, measured, scalars

from vaeworks import TextVAE, load
from vaeworks.pretrained import HERE
from vaeworks.storage.artifact import CARD, read_config, write_metrics
from vaeworks.storage.digests import id_of

MADE = """
## How it was made, and its faults

Fitted by `vae fit text imdb{options}`
on the IMDB reviews (Maas et al. 2011): 22,504 labelled reviews, which leave out the 2,496 of the validation films, and
50,000 unlabelled ones, in {time}. A linear
classifier of n-grams, fitted to the labels, gave the unlabelled reviews pseudo-labels; it is no part of the model.
Its weights were then rounded to 16, 8 and 4 bits; every figure above is of the rounded model, on the 25,000 test
reviews, the importance bound on 500 of them.

- It knows English film reviews, in lower case. Other texts it reads as if they were some; it was not measured on them.
"""
FAULTS = {
    "imdb": MADE.format(
        options=" --tail-tokens 200 --precision bf16-mixed --out models/first`, two passes more by\n"
        "`vae fit text imdb --from models/first --pseudo-labels --epochs 2 --precision bf16-mixed`, and two from the\n"
        "rounded model that shipped then, by the same with `--from imdb --tail-tokens 600",
        time="about two hours of one CPU core without a GPU",
    )
    + """\
- 32 numbers keep the sentiment, the kind of film and the tone of a review, not its wording: names and plots in a
  reconstruction are made up, and so is every sample.
- It reads the first 200 and the last 600 tokens of a review and reconstructs the former, with 10,000 words.
- It adds up what is said, and can be sure of itself where it is wrong: "The acting is superb, the photography is
  superb, the music is superb, and I wanted my money back." is read as positive, with a probability of 1.00.
- Reviews carry their authors' prejudices about people and places, and so do its words.
""",
    "imdb-sentences": MADE.format(
        options=" --preset sentences --precision bf16-mixed", time="104 minutes of one CPU core without a GPU"
    )
    + """\
- It writes 10,000 words: rarer ones, names above all, come back as others, and so does what its codes do not hold. A
  reconstruction reads like the review and can say something else.
- It reads and reconstructs the first 400 tokens of a review, in up to 30 sentences of up to 40.
- Its samples are film reviews in each phrase, and wander from sentence to sentence.
- A rewritten review says the other label in some of its sentences, and need not agree with itself.
- Reviews carry their authors' prejudices about people and places, and so do its words.
""",
}


EVERY, EVERY_FOR_BOUND = 10, 250  # test reviews for the figures of two levels, whose sentences are written one by one


def main() -> None:
    source = Path(sys.argv[1])
    name = source.name
    load(source).save(HERE / name, overwrite=True, compact=True)
    model = load(name)
    flat = model.levels == 1
    figures = measured(model) if flat else measured_apart(model)
    record("text_imdb" if flat else "ship_imdb", figures)
    scored = figures["all test reviews" if flat else f"every {EVERY}th"]
    sampled = figures[f"every {EVERY_FOR_SAMPLES if flat else EVERY_FOR_BOUND}th"]
    bound = {f"{key}_on_{sampled['examples']}": sampled[key] for key in ("perplexity_importance", "importance_samples")}
    taken = {key: value for key, value in scored.items() if value is not None and key != "importance_samples"}
    model.metrics_ = {"dataset": "imdb", "split": "test", **taken, **bound, **model.metrics_}
    if not flat:
        model.metrics_ |= {"accuracy_on_25000": figures["accuracy on all 25,000"]}
    write_metrics(HERE / name, model.metrics_)
    named = f"\nModel {id_of(read_config(HERE / name))}, by the digests of its files.\n"
    (HERE / name / CARD).write_text(model.set_params(verbose=False).card() + FAULTS[name] + named, encoding="utf-8")


def measured_apart(model: TextVAE) -> dict:
    texts, labels = read()["test"]
    return {
        "split": "test",
        "accuracy on all 25,000": float((model.predict(texts) == np.array(labels)).mean()),
        f"every {EVERY}th": scalars(model.evaluate(texts[::EVERY], labels[::EVERY], samples=0)),
        f"every {EVERY_FOR_BOUND}th": importance(model, texts[::EVERY_FOR_BOUND], labels[::EVERY_FOR_BOUND]),
    }


if __name__ == "__main__":
    main()
