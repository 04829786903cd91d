"""The 10,000 test images of three sets without loss: `ImageVAE` by bits-back coding, beside what people use today.

Every image is decoded again and compared. Bits are counted over all 784 numbers of an image. The bound is that of the
model in whole numbers; the net rate leaves out the first images of each block, which are coded plainly.

pip install pillow-jxl-plugin; python benchmarks/image_lossless.py [FOLDER]     # of models; those not there are fitted
"""

import bz2
import gzip
import io
import lzma
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pillow_jxl  # noqa: F401  # gives Pillow the format
import torch
from PIL import Image
from recorded import record

from vaeworks import ImageVAE, datasets, load
from vaeworks.coding.bits_back import bound, pop_freely, push_freely
from vaeworks.coding.blocks import decode, encode, in_blocks
from vaeworks.coding.integers import ExactConv2d, ExactLinear
from vaeworks.image.presets import PRESETS
from vaeworks.image.twin import ImageTwin

SETS = ("mnist", "fashion", "binarized-mnist")
FORMATS = {
    "PNG": ("PNG", {"optimize": True}),
    "WebP": ("WEBP", {"lossless": True, "quality": 100, "method": 6}),
    "JPEG XL": ("JXL", {"lossless": True, "effort": 9}),
}
STREAMS = {
    "gzip": lambda content: gzip.compress(content, 9),
    "bz2": lambda content: bz2.compress(content, 9),
    "xz": lambda content: lzma.compress(content, preset=9 | lzma.PRESET_EXTREME),
}


def fitted(name: str, parts: dict, folder: Path) -> ImageVAE:
    if not (folder / name).exists():
        model = ImageVAE(**PRESETS["lossless"].parameters, verbose=True)
        model.fit(parts["train"].images, validation=(parts["validation"].images, None))
        model.save(folder / name)
    return load(folder / name)


def in_format(picture: np.ndarray, name: str) -> int:
    """Bytes of a picture (H, W) in a format; of one bit a pixel where it holds 0 and 1 only."""
    form, how = FORMATS[name]
    image = Image.fromarray(picture * 255).convert("1") if picture.max() <= 1 else Image.fromarray(picture)
    held = io.BytesIO()
    (image if name == "PNG" else image.convert("L" if name == "JPEG XL" else "RGB")).save(held, form, **how)
    return len(held.getvalue())


def peers(images: np.ndarray) -> dict:
    """Bits a number of the images as files, as one picture of 100 x 100, and as one stream."""
    pictures, numbers = images[..., 0], images.size
    sheet = pictures.reshape(100, 100, 28, 28).transpose(0, 2, 1, 3).reshape(2800, 2800)
    stream = (np.packbits(pictures) if images.max() <= 1 else pictures).tobytes()
    return {
        "a file each": {name: 8 * sum(in_format(one, name) for one in pictures) / numbers for name in FORMATS},
        "one picture of all": {name: 8 * in_format(sheet, name) / numbers for name in FORMATS},
        "one stream": {name: 8 * len(pack(stream)) / numbers for name, pack in STREAMS.items()},
    }


def timed(work: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """What the work gives, and seconds on the clock and of all cores together."""
    began = time.perf_counter(), time.process_time()
    found = work()
    return found, (time.perf_counter() - began[0], time.process_time() - began[1])


def rates(count: int, seconds: tuple[float, float]) -> dict:
    return {"by the clock": count / seconds[0], "of one core": count / seconds[1]}


@torch.no_grad()
def ours(twin: ImageTwin, pixels: torch.Tensor) -> dict:
    coded, compressing = timed(lambda: list(encode(twin, in_blocks(twin, pixels))))
    payloads, counts = [each.payload() for each in coded], [each.images for each in coded]
    found, decompressing = timed(lambda: torch.cat(list(decode(twin, payloads, counts))))
    assert torch.equal(found, pixels), "an image did not come back"
    numbers = pixels[0].numel()
    own = torch.cat([bound(twin, part, seed) for seed, part in enumerate(pixels.split(50))]).mean().item() / numbers
    plain, total = sum(each.plain for each in coded), 8 * sum(map(len, payloads)) / pixels.numel()
    beginnings, bits = sum(each.plain_bits for each in coded), sum(each.stack.num_valid_bits() for each in coded)
    alone = [8 * len(next(encode(twin, [one[None]])).payload()) for one in pixels[:100]]
    return {
        "bits/dim": total,
        "net bits/dim": (bits - beginnings) / (len(pixels) - plain) / numbers,
        "the model's bound, bits/dim": own,
        "over the bound": total / own - 1,
        "blocks": len(coded),
        "images coded plainly, a block": plain / len(coded),
        "initial bits, a block": beginnings / len(coded),
        "an image on its own, bits/dim (mean of 100)": float(np.mean(alone)) / numbers,
        "images a second, compressing": rates(len(pixels), compressing),
        "images a second, decompressing": rates(len(pixels), decompressing),
        "multiply-adds an image, compressing": multiply_adds(
            twin, lambda stacks: push_freely(twin, stacks, pixels[:1])
        ),
        "multiply-adds an image, decompressing": multiply_adds(twin, lambda stacks: pop_freely(twin, stacks)),
    }


def multiply_adds(twin: ImageTwin, work: Any) -> int:
    """Of the convolutions and linear maps that some work runs."""
    import constriction

    found = []

    def count(layer: Any, _: Any, output: torch.Tensor) -> None:
        places = output[0, 0].numel() if output.dim() == 4 else 1
        found.append(layer.weight.numel() * places)

    layers = [layer for layer in twin.model.modules() if isinstance(layer, ExactConv2d | ExactLinear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    words = np.random.default_rng(0).integers(1, 1 << 32, 4000, dtype=np.uint32)
    work([constriction.stream.stack.AnsCoder(words)])
    for hook in hooks:
        hook.remove()
    return sum(found)


def on(name: str, folder: Path) -> dict:
    parts = datasets.load_images(name).splits
    model, images = fitted(name, parts, folder), parts["test"].images
    model.save(folder / f"{name}-compact", overwrite=True, compact=True)
    sizes = {which: (folder / which / "model.safetensors").stat().st_size for which in (name, f"{name}-compact")}
    floats = model.evaluate(images, samples=1)["bits_per_dim_elbo"]
    return {
        "epochs": len(model.history_),
        "training minutes": round(sum(epoch["seconds"] for epoch in model.history_) / 60, 1),
        "the float model's bound, bits/dim": floats,
        "ours": ours(model.twin(), torch.from_numpy(images.transpose(0, 3, 1, 2).copy())),
        "bytes of the model, and saved compact": list(sizes.values()),
        "peers, bits/dim": peers(images),
    }


def main() -> None:
    folder = Path(sys.argv[1] if sys.argv[1:] else "models/lossless")
    threads = torch.get_num_threads()
    record(
        "image_lossless",
        {"settings": PRESETS["lossless"].parameters, "threads": threads, **{name: on(name, folder) for name in SETS}},
    )


if __name__ == "__main__":
    main()
