"""Where requests come in, over HTTPS or by stick: the listening process, its routes, who asks, and how much."""
