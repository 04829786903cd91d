"""Picture files to an archive and back: where they lie, what belongs to them, and which model wrote them."""

import logging
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from .errors import VaeworksError

if TYPE_CHECKING:
    from .coding.container import Archive
    from .estimator.archiving import Compressing
    from .pixels.files import Picture

LOSSY = (".jpg", ".jpeg")  # would change what comes out again, so it is written as png
NEAR = ("", "*/", "*/*/")  # below a folder
log = logging.getLogger(__name__)


def compressed(model: "Compressing", source: Path, out: Path, **how: Any) -> dict:
    """Write a picture, or all below a folder, into one file; what was written, for the shell.

    Parameters
    ----------
    model : Compressing
        A fitted one.
    how
        As its `blocks` takes it.

    Raises
    ------
    VaeworksError
    """
    from .coding.container import write_archive
    from .pixels.about import about

    found, left_out = opened(source)
    check_bytes([(path, picture) for path, _, picture in found])
    named = [(name, about(picture)) for _, name, picture in found]
    archive = model.archive([picture.pixels for *_, picture in found], named, **how)
    size, before = write_archive(archive, out), sum(path.stat().st_size for path, *_ in found)
    values = sum(item.values for item in archive.items())
    if size > before:
        log.warning("%s is larger than what it holds took before: the model has not seen such pictures", out)
    return {
        "pictures": len(found),
        "left_out": left_out,
        "bytes": size,
        "files_bytes": before,
        "bits_per_pixel": 8 * size / sum(item.height * item.width for item in archive.items()),
        "bits_per_dim": 8 * size / values,
        "out": str(out),
    }


def opened(source: Path) -> tuple[list[tuple[Path, str, "Picture"]], int]:
    """Path, name and content of a picture or of all below a folder, and how many could not be read, with a word."""
    from .datasets.images.photos import files_below
    from .pixels.files import ENDINGS, open_picture

    if not source.is_dir():
        return [(source, source.name, open_picture(source))], 0
    found, left_out = [], 0
    for file in files_below(source, ENDINGS):
        try:
            found.append((file, file.relative_to(source).as_posix(), open_picture(file)))
        except VaeworksError as error:
            left_out += 1
            log.warning("%s", error)
    if not found:
        raise VaeworksError(f"{source} holds no pictures that can be read: it should hold {', '.join(ENDINGS)} files")
    return found, left_out


def check_bytes(pictures: "list[tuple[Path, Picture]]") -> None:
    for path, picture in pictures:
        if str(picture.pixels.dtype) != "uint8":
            raise VaeworksError(f"{path} has 16 bits, which would not come back as they were: convert it to 8 bits")


def decompressed(file: Path, out: Path, only: str | None = None, given: Path | None = None) -> dict:
    """Write the pictures of a file; `only` names one of them, `given` the model.

    Raises
    ------
    VaeworksError
    """
    from .coding.container import read_archive

    archive = read_archive(file)
    if only is not None and only not in [item.name for item in archive.items()]:
        raise VaeworksError(f"{file} holds no {only!r}: see vae codec-info {file}")
    names = [item.name for item in archive.items() if only in (None, item.name)]
    one = len(names) == 1 and out.suffix != ""
    if not one and out.suffix:
        raise VaeworksError(f"{file} holds {len(names):,} pictures: name a folder, or one of them with --only")
    if one and out.suffix.lower() in LOSSY:
        raise VaeworksError(f"{out} would change the pixels again: write a png")
    targets = {} if one else free_places(out, names, file)
    model = model_of(archive, file, given).set_params(verbose=sys.stderr.isatty())
    for name, picture, about in pictures_of(model, archive, only):
        write(picture, about, out if one else targets[name], file)
    renamed = sum(target.name != PurePosixPath(name).name for name, target in targets.items())
    return {"pictures": len(names), "renamed_to_png": renamed, "model": archive.model, "out": str(out)}


def pictures_of(model: "Compressing", archive: "Archive", only: str | None) -> Iterator[tuple[str, Any, bytes]]:
    """Name, pixels, and what is kept with them; only the blocks that are asked for are decoded."""
    from .progress import counted_by

    wanted = [block for block in archive.blocks if only is None or only in [item.name for item in block.items]]
    pairs: Iterable = zip(wanted, model.pictures_of(wanted), strict=True)
    if model.verbose and len(wanted) > 1:
        total = sum(len(block.items) for block in wanted)
        pairs = counted_by(pairs, total, "pictures", lambda pair: len(pair[0].items))
    for block, pictures in pairs:
        for item, picture in zip(block.items, pictures, strict=True):
            if only in (None, item.name):
                yield item.name, picture, item.about


def write(picture: Any, about: bytes, out: Path, file: Path) -> None:
    import zlib

    from .pixels.about import kept_of
    from .pixels.files import write_usual

    try:
        kept, alpha = kept_of(about, picture.shape[:2])
    except (ValueError, zlib.error) as error:
        raise VaeworksError(f"{file} is damaged (what belongs to a picture: {error}): get it again") from error
    write_usual(picture, alpha, kept, out)


def free_places(folder: Path, names: list[str], file: Path) -> dict[str, Path]:
    """Where the pictures go, each to a place of its own, where nothing is yet.

    Raises
    ------
    VaeworksError
    """
    targets = {name: placed(folder, name) for name in names}
    if len({str(target).casefold() for target in targets.values()}) < len(names):
        raise VaeworksError(f"two pictures in {file} would be written to one place: write them one by one with --only")
    taken = [target for target in targets.values() if target.exists()]
    if taken:
        raise VaeworksError(f"{taken[0]} exists already, as {len(taken):,} of the pictures do: name another folder")
    return targets


def placed(folder: Path, name: str) -> Path:
    """Where a picture goes: nowhere outside the folder; as png where its own format would change it, or is not ours."""
    from .pixels.files import ENDINGS

    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
        raise VaeworksError(f"a picture in it is called {name!r}, which is not safe as a path: write it with --only")
    kept = parts.suffix.lower() in ENDINGS and parts.suffix.lower() not in LOSSY
    return folder / (parts if kept else parts.with_name(parts.name + ".png"))


def model_of(archive: "Archive", file: Path, given: Path | None) -> Any:
    """The model that wrote it: the one given, the one it names, one that ships, or one that lies near.

    Raises
    ------
    VaeworksError
        When none of them is it, with what is missing.
    """
    from .estimator.archiving import said

    for folder in [given] if given else candidates(archive, file):
        model = writer_in(folder, archive, bool(given))
        if model is not None:
            return model
    if given:
        raise VaeworksError(f"{given} did not write {file}: it needs {said(archive)}")
    raise VaeworksError(f"the model that wrote {file} is not here ({said(archive)}): name its folder with --model")


def writer_in(folder: Path, archive: "Archive", asked: bool) -> Any:
    """The model in a folder if it wrote the archive; that it cannot be read matters only where it was asked for."""
    from .coding.container import DIGEST
    from .kinds import kind_of, load

    try:
        if kind_of(folder).word != archive.kind:
            return None
        model = load(folder)
        return model if model.digest()[:DIGEST] == archive.digest else None
    except VaeworksError:
        if asked:
            raise
        return None


def candidates(archive: "Archive", file: Path) -> Iterator[Path]:
    """Where it may be: at its name, among those that ship, and in and near the folders of the file and of ours."""
    from .pretrained import CONFIG, located, names

    yield from [located(archive.model), *map(located, names())]
    for place in (file.parent, Path()):
        for pattern in NEAR:
            yield from (config.parent for config in sorted(place.glob(pattern + CONFIG)))


def told(file: Path) -> dict:
    """What a file holds, without a model."""
    from .coding.container import read_archive

    archive = read_archive(file)
    items = archive.items()
    pixels = sum(item.height * item.width for item in items)
    rows = [
        {"name": item.name, "width": item.width, "height": item.height, "channels": item.channels} for item in items
    ]
    return {
        "kind": archive.kind,
        "model": archive.model,
        "digest": archive.digest.hex(),
        "pictures": len(items),
        "blocks": len(archive.blocks),
        "bytes": file.stat().st_size,
        "bits_per_pixel": 8 * file.stat().st_size / max(pixels, 1),
        "items": rows,
    }
