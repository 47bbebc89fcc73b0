"""Lists on their way into the register: their rows, what they may repeat, and how all is taken back."""
