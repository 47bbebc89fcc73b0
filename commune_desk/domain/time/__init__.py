"""Time: the clock that the program asks, and the days on which people were born, as far as they are known."""
