"""The twin of an image model in whole numbers: close to it, the same in any company, and a codec without loss."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from vaeworks import ImageVAE, load
from vaeworks.coding.bits_back import bound
from vaeworks.coding.blocks import decode, encode
from vaeworks.core.choosing import posterior_mean
from vaeworks.errors import VaeworksError
from vaeworks.image.data import ImageReader, Scale
from vaeworks.image.twin import twin_of

SMALL = {"latent_dim": 3, "width": 4, "level_units": 2, "components": 2, "device": "cpu"}
SCALES = {"logistic": Scale(127.5, 127.5), "bernoulli": Scale(0.5, 0.5), "normal": Scale(0.0, 1.0)}


@pytest.fixture(scope="module")
def digits():
    """Images (N, 8, 8, 1) of 8 bits."""
    return (load_digits().images / 16 * 255).round().astype(np.uint8)[..., None]


@pytest.fixture(scope="module")
def model(digits):
    settings = {"latent_dim": 8, "levels": 3, "level_units": 1, "width": 8, "components": 3, "epochs": 4}
    return ImageVAE(**settings, batch_size=32, kl_warmup=1.0, learning_rate=5e-3, device="cpu").fit(digits[:1400])


def untrained(shape, likelihood="logistic", **settings):
    """A model whose weights are random, and whose posteriors differ from its priors."""
    estimator = ImageVAE(**{**SMALL, **settings})
    estimator.reader_ = ImageReader(shape, likelihood, SCALES[likelihood], None)
    torch.manual_seed(0)
    built = estimator._build(None)
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return built, estimator.reader_


def as_pixels(images):
    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy())


def sent(twin, images, size=1000):
    """The payloads of images, and the images that come of these."""
    coded = list(encode(twin, images.split(size)))
    payloads = [each.payload() for each in coded]
    return payloads, torch.cat(list(decode(twin, payloads, [each.images for each in coded])))


@pytest.mark.slow
@torch.no_grad()
def test_the_bound_of_the_twin_is_that_of_the_model_and_the_rate_is_the_bound(model, digits):
    """Each within 1%, on 397 images that were not trained on."""
    images, twin = as_pixels(digits[1400:]), model.twin()
    floats = model.evaluate(digits[1400:], samples=1)["negative_elbo_nats"] / np.log(2)
    assert float(bound(twin, images).mean()) == pytest.approx(floats, rel=0.01)
    coded = next(encode(twin, [images]))
    free = images[: coded.images - coded.plain]
    rate = (coded.stack.num_valid_bits() - coded.plain_bits) / len(free)
    assert rate == pytest.approx(float(bound(twin, free).mean()), rel=0.01)
    assert 8 * len(coded.payload()) / len(images) < 1.02 * rate


@pytest.mark.slow
def test_images_come_back_whatever_the_threads_and_the_company(model, digits):
    twin, images = model.twin(), as_pixels(digits[1400:1500])
    payloads, found = sent(twin, images, size=40)
    assert torch.equal(found, images)
    torch.set_num_threads(2)
    try:
        alone = [
            next(decode(twin, [payload], [len(block)]))
            for payload, block in zip(payloads, images.split(40), strict=True)
        ]
    finally:
        torch.set_num_threads(1)
    assert torch.equal(torch.cat(alone), images)
    assert [next(encode(twin, [block])).payload() for block in images.split(40)] == payloads


@torch.no_grad()
@pytest.mark.parametrize("threads", [1, 2])
def test_the_numbers_of_a_twin_do_not_depend_on_the_batch_or_the_threads(threads):
    twin = twin_of(*untrained((3, 12, 9), levels=3))
    images = torch.randint(256, (20, 3, 12, 9), generator=torch.Generator().manual_seed(0))
    whole = states(twin, images)
    torch.set_num_threads(threads)
    try:
        for size in (1, 7):
            assert torch.equal(torch.cat([states(twin, part) for part in images.split(size)]), whole)
    finally:
        torch.set_num_threads(1)
    assert torch.equal(whole, whole.round())


def states(twin, images):
    _, state, _ = twin.model.descend(twin.batch(images), posterior_mean)
    return twin.model.decoder.network(state)


@given(
    st.integers(1, 13),
    st.integers(1, 13),
    st.sampled_from([1, 3]),
    st.sampled_from(["logistic", "bernoulli"]),
    st.integers(1, 3),
    st.integers(1, 5),
    st.sampled_from(["noise", "constant", "extremes"]),
)
@settings(max_examples=25)
def test_any_images_come_back(height, width, colours, likelihood, levels, count, content):
    twin = twin_of(*untrained((colours, height, width), likelihood, levels=levels))
    top = 255 if likelihood == "logistic" else 1
    draw = np.random.default_rng(height * width)
    values = {"noise": np.arange(top + 1), "constant": [top // 2], "extremes": [0, top]}[content]
    images = torch.from_numpy(draw.choice(values, (count, colours, height, width)).astype(np.uint8))
    assert torch.equal(sent(twin, images, size=2)[1], images)


def test_an_image_on_its_own_is_small(model, digits):
    payload = sent(model.twin(), as_pixels(digits[1400:1401]))[0][0]
    assert len(payload) < 50  # of 64 pixels; of 8 bits each


@given(st.binary(max_size=60), st.integers(1, 4))
@example(b"\0\0\0", 1)
@settings(max_examples=50)
def test_foreign_bits_are_refused_in_one_sentence(payload, count):
    with pytest.raises(VaeworksError, match="damaged: get the file again"):
        list(decode(twin_of(*untrained((1, 4, 4))), [payload], [count]))


@pytest.mark.parametrize("prior", ["flow", "vamp", "mixture"])
def test_priors_that_do_not_factorise_are_refused_by_name(prior):
    with pytest.raises(VaeworksError, match=f"prior '{prior}' cannot compress"):
        twin_of(*untrained((1, 8, 8), prior=prior))


def test_real_valued_pixels_are_refused():
    with pytest.raises(VaeworksError, match="8-bit pixels"):
        twin_of(*untrained((1, 8, 8), "normal"))


def test_weights_too_large_for_exact_sums_are_refused():
    built, reader = untrained((1, 8, 8))
    with torch.no_grad():
        next(built.encoder.parameters()).mul_(1e7)
    with pytest.raises(VaeworksError, match="cannot compress: its weights are too large"):
        twin_of(built, reader)


def test_the_digest_tells_weights_and_what_reads_the_pixels():
    built, reader = untrained((1, 8, 8))
    digest = twin_of(built, reader).digest()
    assert digest == twin_of(built, reader).digest()
    with torch.no_grad():
        next(built.encoder.parameters())[0].add_(0.01)
    assert digest != twin_of(built, reader).digest()


@pytest.mark.parametrize(("ones", "kind"), [(1, np.uint8), (255, np.uint8), (True, bool)])
def test_images_of_one_bit_come_back_as_they_were(ones, kind, digits):
    model = ImageVAE(**SMALL, epochs=1, kl_warmup=0.0).fit(digits[:100] > 127)
    images = (digits[:30] > 127).astype(kind) * kind(ones)
    assert (np.stack(model.decompress(model.compress(images))) == images).all()


def test_images_of_another_shape_are_refused(model):
    with pytest.raises(VaeworksError, match="this model's are 8 x 8 and grey"):
        model.compress(np.zeros((2, 9, 8), np.uint8))


def test_a_stream_of_an_earlier_version_is_read_for_ever():
    golden = Path(__file__).parents[1] / "golden" / "lossless-0.1"
    found = load(golden).decompress((golden / "stream.vae").read_bytes())
    with np.load(golden / "images.npz") as then:
        assert (np.stack(found) == then["images"]).all()
