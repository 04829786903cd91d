"""Feature extraction: codes learned without labels, in a scikit-learn pipeline."""

from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from vaeworks import TabularVAE


def main() -> None:
    table, labels = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(TabularVAE(latent_dim=6, epochs=30), LogisticRegression(max_iter=1000))
    scores = cross_val_score(pipeline, table, labels, cv=3)
    print(f"accuracy from 6 units instead of 30 columns: {scores.mean():.1%}")


if __name__ == "__main__":
    main()
