"""Sequence to sequence: captions translated, and other translations of the first."""

from vaeworks import load

CAPTIONS = ["Two men are cooking.", "A dog is running on the beach."]


def main() -> None:
    model = load("en-de")
    for caption, translation in zip(CAPTIONS, model.predict(CAPTIONS), strict=True):
        print(f"{caption} -> {translation}")
    print("or:", *model.alternatives(CAPTIONS[:1], n=3)[0], sep="\n  ")


if __name__ == "__main__":
    main()
