"""`ImageVAE` on the digits that scikit-learn ships."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from vaeworks import ImageVAE, load
from vaeworks.errors import VaeworksError
from vaeworks.estimator.sampling import draw_codes
from vaeworks.image.data import ImageReader
from vaeworks.labels import LABEL

SMALL = {"latent_dim": 8, "width": 8, "epochs": 2, "batch_size": 32, "learning_rate": 3e-3, "device": "cpu"}


@pytest.fixture(scope="module")
def digits():
    """Training and test images (N, 8, 8) in 8 bits, and their labels."""
    found = load_digits()
    images = (found.images / 16 * 255).round().astype(np.uint8)
    return images[:1500], found.target[:1500], images[1500:], found.target[1500:]


@pytest.fixture(scope="module")
def binary(digits):
    images, labels, test, test_labels = digits
    settings = {**SMALL, "width": 16, "epochs": 20, "levels": 2, "level_units": 2, "label_weight": 5.0}
    return ImageVAE(**settings).fit(images > 127, labels), test > 127, test_labels


def independent_pixels(train, test):
    """Nats an image of the best model whose pixels are independent."""
    share = (train.reshape(len(train), -1).sum(0) + 1) / (len(train) + 2)
    flat = test.reshape(len(test), -1)
    return -(np.log(share) * flat + np.log(1 - share) * (1 - flat)).sum(1).mean()


@pytest.mark.slow
def test_it_beats_independent_pixels_by_four_nats(binary, digits):
    model, test, labels = binary
    figures = model.evaluate(test, labels, samples=20)
    assert figures["negative_elbo_nats"] < independent_pixels(digits[0] > 127, test) - 4
    assert -figures["importance_bound_nats"] < figures["negative_elbo_nats"]
    assert figures["accuracy"] > 0.75
    assert len(figures["kl_per_level_nats"]) == 2
    assert figures["bits_per_dim_elbo"] == pytest.approx(figures["negative_elbo_nats"] / 64 / np.log(2))


@pytest.mark.slow
def test_samples_look_like_digits(binary, digits):
    """To the nearest training image, samples are nearer than independent pixels are."""
    model, train = binary[0], (digits[0] > 127).reshape(1500, -1)
    sampled = model.sample(100).reshape(100, -1) > 0.5
    shuffled = np.random.default_rng(0).permuted(train, axis=0)[:100]

    def nearest(images):
        return (images[:, None] != train[None]).sum(2).min(1).mean()

    assert nearest(sampled) < 0.7 * nearest(shuffled)


@pytest.mark.slow
def test_samples_of_a_label_come_from_its_codes(binary):
    model = binary[0]
    threes = model.model_.heads[LABEL](draw_codes(model, 400, label=3)).probs.argmax(1) == 3
    assert threes.float().mean() > 0.3  # a tenth by chance
    assert model.sample(4, label=3).shape == (4, 8, 8, 1)


@pytest.mark.slow
def test_a_lower_temperature_makes_samples_alike(binary):
    spreads = [binary[0].sample(100, temperature=temperature).std(0).mean() for temperature in (0.3, 1.0)]
    assert spreads[0] < 0.8 * spreads[1]


@pytest.mark.slow
@pytest.mark.parametrize("likelihood", ["logistic", "normal"])
def test_grey_pixels_are_learned(digits, likelihood):
    images, _, test, _ = digits
    images, test = (part / 17.0 if likelihood == "normal" else part for part in (images, test))
    model = ImageVAE(**{**SMALL, "epochs": 8}).fit(images)
    assert model.reader_.likelihood == likelihood
    blank = np.repeat(images.mean(0)[None], len(test), 0)
    error, of_the_mean = (((model.reconstruct(test)[..., 0] - test) ** 2).mean(), ((blank - test) ** 2).mean())
    assert error < 0.8 * of_the_mean


@pytest.mark.parametrize("levels", [1, 3])
def test_a_saved_model_answers_alike(digits, tmp_path, levels):
    model = ImageVAE(**SMALL, levels=levels, prior="mixture").fit(digits[0][:300])
    model.save(tmp_path / "m")
    again = load(tmp_path / "m")
    np.testing.assert_array_equal(again.sample(4), model.sample(4))
    np.testing.assert_array_equal(again.reconstruct(digits[2][:4]), model.reconstruct(digits[2][:4]))


def test_colour_images_are_learned(digits):
    colour = np.stack([digits[0][:300], 255 - digits[0][:300], digits[0][:300] // 2], -1)
    model = ImageVAE(**SMALL).fit(colour)
    assert model.sample(2).shape == (2, 8, 8, 3)
    assert model.reader_.shape == (3, 8, 8)


def test_walks_have_the_shapes_they_say(digits):
    model = ImageVAE(**{**SMALL, "latent_dim": 2}).fit(digits[0][:300])
    a, b = digits[2][:2]
    assert model.interpolate(a, b, steps=5).shape == (5, 8, 8, 1)
    assert model.traverse(a, units=2, steps=3).shape == (2, 3, 8, 8, 1)
    assert model.manifold(4).shape == (4, 4, 8, 8, 1)
    np.testing.assert_allclose(model.interpolate(a, b, steps=3)[0], model.reconstruct([a])[0], rtol=1e-4, atol=1e-3)


def mistaken():
    grey = np.full((20, 8, 8), 100, np.uint8)
    return {
        "Bernoulli": (ImageVAE(likelihood="bernoulli"), grey, "0 or 1.*'logistic'"),
        "out of range": (ImageVAE(likelihood="logistic"), grey.astype(float) * 9, "whole numbers from 0 to 255"),
        "NaN": (ImageVAE(), np.full((20, 8, 8), np.nan), "NaN"),
        "too large": (ImageVAE(), grey.astype(float) * 1e298, r"run from 1e\+300 to 1e\+300.* scale them"),
        "too close": (ImageVAE(), np.arange(1280.0).reshape(20, 8, 8) * 1e-30, "differ by about 4e-28.* scale them"),
        "far too close": (ImageVAE(), np.arange(1280.0).reshape(20, 8, 8) * 1e-300, "too little .* scale them"),
        "words": (ImageVAE(), np.full((20, 8, 8), "a"), "must be numbers"),
        "RGBA": (ImageVAE(), np.zeros((20, 8, 8, 4)), "1 or 3 channels"),
        "flat": (ImageVAE(), np.zeros((20, 64)), "transpose"),
        "mixed": (ImageVAE(), [np.zeros((8, 8)), np.zeros((8, 9))], "image 1 has the shape"),
        "no list": (ImageVAE(), None, "array or a list of arrays"),
        "none": (ImageVAE(), [], "no images"),
        "levels": (ImageVAE(levels=0), grey, "levels"),
    }


@pytest.mark.parametrize("name", mistaken())
def test_what_is_no_image_is_refused(name):
    model, X, said = mistaken()[name]
    with pytest.raises(VaeworksError, match=said):
        model.fit(X)


def test_what_does_not_fit_the_model_is_refused(digits):
    model = ImageVAE(**SMALL).fit(digits[0][:300], digits[1][:300])
    with pytest.raises(VaeworksError, match="9 x 8 and grey, and this model's are 8 x 8 and grey"):
        model.transform(np.zeros((2, 8, 9), np.uint8))
    with pytest.raises(VaeworksError, match="no class 12"):
        model.sample(1, label=12)
    with pytest.raises(VaeworksError, match="no label"):
        model.sample(1, label=float("nan"))
    with pytest.raises(VaeworksError, match="2 latent units"):
        model.manifold()
    with pytest.raises(VaeworksError, match="one label each"):
        model.fit(digits[0], [1, 2])


def test_whole_numbers_are_8_bit_pixels_whatever_their_type(digits):
    images = digits[0][:200]
    as_floats, as_bytes = ImageVAE(**SMALL).fit(images.astype(float)), ImageVAE(**SMALL).fit(images)
    assert as_floats.reader_.likelihood == as_bytes.reader_.likelihood == "logistic"
    np.testing.assert_array_equal(as_floats.sample(3), as_bytes.sample(3))


def test_the_same_images_are_held_out_whatever_the_seed(digits):
    prepared = [ImageReader.learn(digits[0], None, ImageVAE(random_state=seed), 0.1)[2] for seed in (0, 1)]
    assert (prepared[0].images == prepared[1].images).all()
    assert 100 < len(prepared[0].images) < 200


def test_a_validation_that_is_none_is_refused(digits):
    with pytest.raises(VaeworksError, match="a pair"):
        ImageVAE(**SMALL).fit(digits[0], validation=digits[0])


def test_pixels_in_another_unit_than_those_of_the_fit_are_refused():
    images = np.random.default_rng(0).random((40, 8, 8)).astype(np.float32)
    model = ImageVAE(epochs=1, likelihood="normal").fit(images)
    with pytest.raises(VaeworksError, match=r"those of the fit lay around 0\."):
        model.transform(255 * images)
    assert len(model.transform(1 - images)) == 40
