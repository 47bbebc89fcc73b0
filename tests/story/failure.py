"""How a step of the story fails."""


class StoryFailed(Exception):
    """A step did not do what it should; the message says which and how."""
