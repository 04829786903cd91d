"""Compression: a photo as a small file that any machine reads alike."""

from sklearn.datasets import load_sample_image

from vaeworks import load


def main() -> None:
    photo = load_sample_image("china.jpg")[:256, :384]
    model = load("photo")
    file = model.compress([photo], quality=50)
    [again] = model.decompress(file)
    print(f"{photo.nbytes:,} bytes become {len(file):,}; off by {abs(again.astype(int) - photo).mean():.1f} of 255")


if __name__ == "__main__":
    main()
