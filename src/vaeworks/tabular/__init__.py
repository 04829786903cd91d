"""Tables of mixed columns with holes: their likelihoods, their maps, their class and their verbs."""
