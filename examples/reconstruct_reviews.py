"""Texts: what the model that ships makes of reviews, and the codes that it reads them into."""

from vaeworks import load

REVIEWS = ["I loved it: funny, warm and beautifully acted.", "A dull film. I wanted my money back."]


def main() -> None:
    model = load("imdb")
    for review, label, again in zip(REVIEWS, model.predict(REVIEWS), model.reconstruct(REVIEWS), strict=True):
        print(f"{label}: {review}\n  -> {again[:120]} ...")
    print("codes", model.transform(REVIEWS).shape)


if __name__ == "__main__":
    main()
