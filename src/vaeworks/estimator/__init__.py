"""scikit-learn's face of a latent-variable model: parameters, verbs, and what is measured."""
