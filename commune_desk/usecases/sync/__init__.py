"""Rounds with the province: when, over which way, what comes of them, and what people must decide then."""
