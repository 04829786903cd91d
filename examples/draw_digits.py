"""Image generation: digits drawn from the codes of digits, each of a label that is asked for."""

from vaeworks import ImageVAE, datasets


def main() -> None:
    train = datasets.load_images("digits").splits["train"]
    model = ImageVAE(epochs=30).fit(train.images, train.labels)
    drawn = model.sample(8, label=3)
    print("eight threes:", drawn.shape, drawn.dtype)
    print("read as", model.predict(drawn.round()).tolist())


if __name__ == "__main__":
    main()
