"""Time: the clock that the program asks, how far it is off, days of birth as far as known, the pace of long work."""
