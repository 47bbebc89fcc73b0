"""Time: the clock that the program asks, how far it is off, and days of birth, as far as they are known."""
