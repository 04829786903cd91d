"""Images: their likelihoods, a ladder of convolutions, their class and their verbs."""
