"""What text and sequence-to-sequence models share: the vocabulary, and decoding step by step."""
