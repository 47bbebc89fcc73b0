"""What desks and provinces of each release really said to one another, kept and replayed for ever."""
