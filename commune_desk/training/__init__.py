"""People who do not exist, for training, the demo and measurements; always the same for the same seed."""
