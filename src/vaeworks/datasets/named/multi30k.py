"""multi30k-en-de and multi30k-en-fr: captions of photos and their translations (Elliott et al. 2016, 2017), task 1."""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import VaeworksError
from ..pairs.pairs import Pairs
from ..published import Published, are_cached, local_words, verified
from ..sets import DataSet

FOLDER = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/"
SHA256 = {
    "train.en": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "train.de": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.fr": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
    "val.en": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "val.de": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.fr": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
    "test_2016_flickr.en": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
    "test_2016_flickr.de": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.fr": "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
}
SPLITS = {"train": "train", "validation": "val", "test": "test_2016_flickr"}


@dataclass(frozen=True)
class Captions:
    """Captions in English and one other language.

    Attributes
    ----------
    language : str
        The other one's code.
    """

    language: str

    @property
    def ABOUT(self) -> dict[str, Any]:
        return {
            "kind": "seq2seq",
            "rows": "31,014 English captions of photos and their translations",
            "splits": "train 29,000, validation 1,014, test (2016, Flickr) 1,000",
            "licence": "none stated; the captions are Flickr30k's, for research",
            "source": f"{FOLDER}*.en.gz and *.{self.language}.gz",
            "local": local_words("multi30k", self.files()),
        }

    def files(self) -> list[Published]:
        names = [f"{name}.{language}" for name in SPLITS.values() for language in ("en", self.language)]
        return [Published(f"{name}.gz", f"{FOLDER}{name}.gz", SHA256[name]) for name in names]

    def is_cached(self) -> bool:
        return are_cached("multi30k", self.files())

    def load(self, data: Path | None = None) -> DataSet[Pairs]:
        """The captions, from `data`, VAEWORKS_DATA, the cache or their public source, in this order."""
        paths = verified("multi30k", self.files(), data)
        lines = iter([lines_of(path) for path in paths])
        splits = {split: Pairs(next(lines), next(lines)) for split in SPLITS}
        for split, pairs in splits.items():
            if len(pairs.X) != len(pairs.y or ()):
                raise VaeworksError(f"the {split} part of multi30k has sides of different length: get it again")
        return DataSet(f"multi30k-en-{self.language}", splits, None)


def lines_of(path: Path) -> list[str]:
    content = gzip.decompress(path.read_bytes()).decode()
    return [line.strip() for line in content.rstrip("\n").split("\n")]


en_de, en_fr = Captions("de"), Captions("fr")
