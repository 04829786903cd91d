"""Texts with two levels: a code of each sentence under the code of the text."""

import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from torch.testing import assert_close

from vaeworks import TextVAE, VaeworksError, load
from vaeworks.core.batch import Batch
from vaeworks.core.choosing import given_top, posterior_mean, prior_mean, replay
from vaeworks.core.likelihoods import ClassHead
from vaeworks.text.reading_back import as_read, distance_in, read_back
from vaeworks.text.rewriting import moved
from vaeworks.text.sentences import SequencePrior, by_length
from vaeworks.text.windows import Sentences, parted
from vaeworks.tokens.vocabulary import END, PAD, Vocabulary

WORDS = {"good": ["loved it", "so funny", "great cast"], "bad": ["hated it", "so dull", "weak cast"]}
PLAIN = ["We went on monday", "The cinema was full", "My friend came along", "It rained all night"]


def reviews(count=200, seed=0):
    """Two plain sentences and one that says the label, in any order."""
    draw, texts, labels = random.Random(seed), [], []
    for row in range(count):
        label = ("good", "bad")[row % 2]
        sentences = [*draw.sample(PLAIN, 2), draw.choice(WORDS[label]).capitalize()]
        draw.shuffle(sentences)
        texts.append(" ".join(f"{sentence}." for sentence in sentences))
        labels.append(label)
    return texts, labels


def tiny(**parameters):
    sizes = {"latent_dim": 4, "phrase_dim": 2, "embedding_dim": 16, "encoder_units": 16, "decoder_units": 32}
    usual = {"bigram_buckets": 0, "dropout": 0.0, "word_dropout": 0.0, "decoder_dropout": 0.0, "min_count": 1}
    fitting = {
        "epochs": 40,
        "batch_size": 20,
        "learning_rate": 1e-2,
        "averaging": 0.9,
        "patience": None,
        "rate": 14.0,
        "label_weight": 20.0,
    }
    return TextVAE(levels=2, max_sentences=4, device="cpu", **{**sizes, **usual, **fitting, **parameters})


@pytest.fixture(scope="module")
def fitted():
    return tiny().fit(*reviews())


@pytest.fixture(scope="module")
def untrained():
    """Weights that say something, so that no term is 0."""
    model = tiny(epochs=1, rate=None).fit(*reviews(40))
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.model_.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    model.model_.eval()
    return model


def batch_of(model, texts):
    [batch] = model.batches(texts)
    return batch


def test_reviews_come_back_sentence_by_sentence_and_their_labels_are_read(fitted):
    texts, labels = reviews(60, seed=1)
    found = fitted.reconstruct(texts)
    wanted = [text.lower().replace(".", " .") for text in texts]
    assert np.mean([one == other for one, other in zip(found, wanted, strict=True)]) > 0.8
    assert np.mean(fitted.predict(texts) == labels) > 0.95


def test_each_sentence_is_shown_beside_what_its_code_decodes_into(fitted, tiny_text_model):
    pairs = fitted.reconstruct_sentences(["It rained all night. Loved it.", "The cinema was full."])
    assert [one for one, _ in pairs] == ["it rained all night .", "loved it .", "the cinema was full ."]
    assert " ".join(other for _, other in pairs[:2]) == fitted.reconstruct(["It rained all night. Loved it."])[0]
    with pytest.raises(VaeworksError, match="need two levels"):
        tiny_text_model.reconstruct_sentences(["It rained."])


def test_of_the_candidates_of_a_sentence_the_one_whose_own_code_is_nearest_is_given(untrained):
    """As the text of one sentence: what is given, read again, lies nearer to the code than what a beam search finds."""
    model, texts = untrained.model_, [text.split(".")[0] + "." for text in reviews(30, seed=2)[0]]

    @torch.no_grad()
    def distances(candidates):
        batch = batch_of(untrained.set_params(batch_size=30), texts)
        levels, _, _ = model.descend(batch, posterior_mean)
        codes = torch.cat([levels[0].z, levels[1].z[:, 0]], dim=1)
        written = read_back(model, batch, candidates, seed=0)[:, 0]
        return distance_in(model)(as_read(written), codes), distance_in(model)(batch.input[:, 0], codes)

    (many, own), (one, _) = distances(16), distances(1)
    assert own.max() < 1e-8
    assert (many <= one + 1e-6).all()
    assert many.mean() < 0.9 * one.mean()


def test_a_reconstruction_does_not_depend_on_the_texts_beside_it(untrained):
    texts = reviews(6, seed=3)[0]
    assert [untrained.reconstruct([text])[0] for text in texts] == untrained.reconstruct(texts)


def test_what_is_sampled_are_reviews_of_several_sentences(fitted):
    texts = fitted.sample(20, label="good", temperature=0.5)
    assert np.median([text.count(".") for text in texts]) in (2, 3, 4)
    assert np.mean(fitted.predict(texts) == "good") > 0.8


def test_a_walk_begins_and_ends_at_texts(fitted):
    assert len(fitted.interpolate("Loved it. It rained all night.", "Hated it. It rained all night.", 5)) == 5


def test_figures_say_what_each_level_holds(fitted):
    figures = fitted.evaluate(*reviews(60, seed=2), samples=20)
    assert len(figures["kl_per_level_nats"]) == 2
    assert min(figures["kl_per_level_nats"]) > 0.3
    assert figures["negative_importance_bound_nats"] <= figures["negative_elbo_nats"] + 0.01
    assert figures["token_accuracy_free_running"] > 0.8


def test_closed_form_kl_of_both_levels_is_the_mean_log_ratio(untrained):
    batch = batch_of(untrained, reviews(6)[0])
    torch.manual_seed(0)
    evidence = untrained.model_.evidence(batch, 2000)
    ratios = evidence.log_posterior - evidence.log_prior
    error = ratios.std(1) / 2000**0.5
    assert ((ratios.mean(1) - evidence.kl.mean(1)).abs() < 5 * error + 1e-3).all()


def test_the_importance_bound_rises_to_the_likelihood_from_below(untrained):
    batch = batch_of(untrained, reviews(6)[0])
    torch.manual_seed(0)
    few, many = (untrained.model_.evidence(batch, samples).importance_bound().mean() for samples in (1, 500))
    assert untrained.model_.evidence(batch, 200).elbo().mean() <= many + 0.05
    assert few <= many + 0.5


def test_a_text_of_one_sentence_is_a_flat_model_that_is_given_its_code(untrained):
    batch = batch_of(untrained, ["We went on monday."])
    model = untrained.model_
    levels, state, condition = model.descend(batch, posterior_mean)
    z, codes = (level.z for level in levels)
    flat = model.decoder.writer(torch.cat([z, codes[:, 0]], dim=1)).log_prob(batch.target[:, 0], batch.observed[:, 0])
    end = torch.nn.functional.logsigmoid(state["ends"][:, 0])
    assert_close(model.decoder(state, condition).log_prob(batch.target, batch.observed), flat + end)
    first = SequencePrior(model.blocks[0].network, z, 1).log_prob(codes)
    assert_close(levels[1].prior.log_prob(codes), first)


def test_the_texts_beside_it_change_nothing(untrained):
    texts = reviews(7)[0]
    long = " ".join(texts[1:4])
    alone, among = batch_of(untrained, texts[:1]), batch_of(untrained, [texts[0], long, "Short.", *texts[4:]])
    chosen = [untrained.model_.evidence(batch, choose=posterior_mean) for batch in (alone, among)]
    for name in ("log_likelihood", "kl", "log_prior", "log_posterior"):
        one, other = (getattr(evidence, name) for evidence in chosen)
        if name in ("log_prior", "log_posterior"):  # of absent sentences, which are paid nothing, both count the same
            one, other = (evidence.log_posterior - evidence.log_prior for evidence in chosen)
        assert_close(one[..., 0], other[..., 0], atol=1e-4, rtol=1e-4)
    assert untrained.reconstruct(texts[:1]) == untrained.reconstruct([texts[0], long, "Short."])[:1]


def test_padding_counts_nothing(untrained):
    batch = batch_of(untrained, reviews(5)[0])
    wider = [torch.nn.functional.pad(part, (0, 3, 0, 1), value=PAD) for part in (batch.input, batch.target)]
    padded = Batch(*wider, observed=wider[1] != PAD, labels=batch.labels)
    one, other = (untrained.model_.evidence(each, choose=posterior_mean).elbo() for each in (batch, padded))
    assert_close(one, other, atol=1e-4, rtol=1e-4)


def test_the_number_of_sentences_is_a_distribution(untrained):
    """p of 1, 2, ... sentences adds to one, whatever the codes; that of the most has no end to say."""
    z = torch.randn(5, 4)
    _, state, condition = untrained.model_.descend(Batch(None), replay([z, torch.randn(5, 4, 22)]), 5)
    likelihood = untrained.model_.decoder(state, condition)
    counts = [(torch.arange(4) < count).expand(5, 4) for count in range(1, 5)]
    ends = [likelihood.log_ends(there, there) for there in counts]
    assert_close(torch.stack(ends).exp().sum(0), torch.ones(5))


def test_a_text_that_is_cut_pays_for_no_end(untrained):
    """As in a flat model: its likelihood is that of its words alone, and of the sentences before to be no last ones."""
    model, vocabulary = untrained.model_, untrained.reader_.vocabulary
    window = Sentences(9, 4, 40)
    read, target = window.tensors([np.array(*window.ids(["We went on monday. It rained all night."], vocabulary))])
    assert END not in target[0, 1]
    batch = Batch(read, target, target != PAD, labels=batch_of(untrained, ["It rained."]).labels)
    levels, state, condition = model.descend(batch, posterior_mean)
    z, codes = (level.z for level in levels)
    parts = [
        model.decoder.writer(torch.cat([z, codes[:, place]], dim=1)).log_prob(target[:, place], target[:, place] != PAD)
        for place in range(2)
    ]
    goes_on = torch.nn.functional.logsigmoid(-state["ends"][:, 0])
    assert_close(model.decoder(state, condition).log_prob(target, target != PAD), sum(parts) + goes_on)


def test_the_prior_of_codes_never_sees_the_words(untrained):
    model = untrained.model_.requires_grad_(True)
    features, condition = model.read(batch_of(untrained, reviews(3)[0]))
    features["phrases"] = features["phrases"].detach().requires_grad_()
    z, codes = torch.randn(3, 4), torch.randn(3, 3, 22)
    level, _ = model.blocks[0](z, features, condition, replay([codes]))
    assert torch.autograd.grad(level.posterior.mean.sum(), features["phrases"], retain_graph=True)[0].abs().sum() > 0
    for part in (level.prior.mean, level.prior.stddev):
        assert torch.autograd.grad(part.sum(), features["phrases"], retain_graph=True, allow_unused=True)[0] is None


def test_codes_drawn_in_turn_have_the_density_that_is_scored_at_once(untrained):
    network, z = untrained.model_.blocks[0].network, torch.randn(6, 4)
    prior = SequencePrior(network, z, 4)
    drawn, densities = prior.sample().unflatten(2, (network.phrases, network.phrase_dim)), []

    def take(each, sentence, phrase):
        densities.append(each.log_prob(drawn[:, sentence, phrase]).sum(1))
        return drawn[:, sentence, phrase]

    assert_close(network.in_turn(z, 4, take), drawn.flatten(2))
    assert_close(prior.log_prob(drawn.flatten(2)), sum(densities), atol=1e-3, rtol=1e-4)
    assert_close(prior.given(prior.mean).mean, prior.mean, atol=1e-4, rtol=1e-4)


def test_many_draws_of_the_first_phrase_have_its_mean(untrained):
    prior = SequencePrior(untrained.model_.blocks[0].network, torch.randn(1, 4).expand(4000, -1), 2)
    first = prior.sample()[:, 0]
    phrase = prior.network.phrase_dim  # what follows depends on it
    off = (first.mean(0) - prior.mean[0, 0])[:phrase]
    assert (off.abs() < 5 * first.std(0)[:phrase] / 4000**0.5).all()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=200), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_rows_of_like_length_come_back_in_their_order(lengths, extra):
    there = torch.arange(9 + extra) < torch.tensor(lengths)[:, None]
    assert by_length(there, lambda some, longest: there[some, :longest].sum(1)).tolist() == lengths


class Letters:
    """A vocabulary whose words are single letters."""

    def encode(self, texts):
        return [[10 + ord(letter) for letter in text if letter.isalpha()] or [1] for text in texts]


@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=8), st.integers(1, 30), st.integers(1, 5))
def test_sentences_keep_their_words_in_order_up_to_the_limits(sentences, tokens, most):
    window = Sentences(tokens, most, longest=5)
    [kept] = window.ids([". ".join(sentences) + "."], Letters())
    words = [10 + ord(letter) for letter in "".join(sentences)]
    without = [word for word in kept if word != END]
    assert without == words[: len(without)]
    assert len(without) <= tokens
    assert len(parted(np.array(kept))) <= most
    assert (kept[-1] == END) == (len(without) == len(words))
    read, target = window.tensors([np.array(kept)])
    assert target[target > END].tolist() == without
    assert (target == END).sum() == kept.count(END)
    assert read[read != PAD].tolist() == without


@given(st.text("ab .,\n", min_size=1, max_size=60), st.integers(1, 30), st.integers(1, 5))
def test_the_sentences_of_a_text_and_its_rest_are_the_text(words, tokens, most):
    vocabulary = Vocabulary.learn([["a b ab . ,"]], 20, min_count=1)
    window, text = Sentences(tokens, most, longest=5), "a" + words
    sentences, rest = window.written(text, vocabulary)
    assert "".join("".join([*sentences, rest]).split()) == "".join(text.split())
    [kept] = window.ids([text], vocabulary)
    assert [len(vocabulary.encode([sentence])[0]) for sentence in sentences] == [
        (part != END).sum() for part in parted(np.array(kept))
    ]


def test_a_sentence_that_is_too_long_goes_on_as_the_next():
    [kept] = Sentences(100, 10, longest=4).ids(["abcabcabc. b."], Letters())
    assert [kept.index(END), kept.count(END)] == [4, 4]


def test_decimals_and_titles_end_no_sentence():
    [kept] = Sentences(100, 10, 50).ids(["Dr. Smith paid 3.50 dollars. He left."], Letters())
    assert kept.count(END) == 2


def test_a_saved_model_of_two_levels_answers_as_before(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    texts = reviews(5, seed=3)[0]
    again = load(tmp_path / "model")
    assert again.reconstruct(texts) == fitted.reconstruct(texts)
    assert again.sample(3, random_state=1) == fitted.sample(3, random_state=1)


def test_a_code_is_decoded_with_the_means_of_its_sentences(fitted):
    z = fitted.transform(reviews(3)[0])
    _, state, condition = fitted.model_.descend(Batch(None), given_top(torch.from_numpy(z), prior_mean), 3)
    assert fitted.decode(z) == fitted._words(fitted.model_.decoder(state, condition).mode())


def test_rewriting_turns_the_label_and_keeps_the_other_sentences(fitted):
    texts, labels = reviews(40, seed=4)
    found = fitted.rewrite(texts, "good")
    assert np.mean(fitted.predict(found) == "good") > 0.9
    bad = [row for row, label in enumerate(labels) if label == "bad"]
    kept = [sum(f"{sentence}." in found[row] for sentence in PLAIN if sentence in texts[row]) / 2 for row in bad]
    assert np.mean(kept) > 0.8
    assert all(found[row] == texts[row] for row, label in enumerate(fitted.predict(texts)) if label == "good")


def test_rewriting_keeps_what_is_left_out_of_the_model(fitted):
    text = "Hated it. " + " ".join(f"{sentence}." for sentence in PLAIN) + "  And then?\n"
    assert fitted.rewrite([text], "good")[0].endswith("It rained all night.  And then?\n")


def test_a_model_that_writes_nothing_leaves_the_text(untrained):
    """Sentences are exchanged only for such as say something."""
    with torch.no_grad():
        before = untrained.model_.decoder.writer.softmax.head.weight.clone()
        untrained.model_.decoder.writer.softmax.head.weight[END] += 100
        found = untrained.rewrite(["It rained all night."], "good")
        untrained.model_.decoder.writer.softmax.head.weight.copy_(before)
    assert found[0].strip()


def test_rewriting_leaves_a_text_alone_that_has_the_label(fitted):
    texts = [text for text, label in zip(*reviews(40, seed=5), strict=True) if label == "good"]
    assert np.mean([one == other for one, other in zip(fitted.rewrite(texts, "good"), texts, strict=True)]) > 0.9
    with pytest.raises(VaeworksError, match="between 0 and 1, not 1"):
        fitted.rewrite(texts, "good", sure=1)
    with pytest.raises(VaeworksError, match="superb"):
        fitted.rewrite(texts, "superb")


@pytest.mark.parametrize("classes", [2, 4])
def test_the_move_is_the_smallest_after_which_the_layer_is_sure(classes):
    """Against a search by scipy for the nearest point with that probability."""
    torch.manual_seed(0)
    head, z = ClassHead(3, classes).requires_grad_(False), torch.randn(6, 3)
    head.linear.weight.mul_(4)
    found = moved(head, z, 1, 0.9)
    assert_close(head(found).probs[:, 1].clamp(max=0.9), torch.full((6,), 0.9), atol=1e-3, rtol=0)
    for one, other in zip(z.numpy(), found.detach().numpy(), strict=True):
        sure = {"type": "ineq", "fun": lambda at: float(head(torch.tensor(at[None]).float()).probs[0, 1]) - 0.9}
        best = minimize(lambda at, one=one: float(((at - one) ** 2).sum()), other, constraints=[sure], method="COBYLA")
        assert np.linalg.norm(other - one) <= np.linalg.norm(best.x - one) * 1.05 + 0.02
