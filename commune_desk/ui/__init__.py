"""Qt only: pages, forms, widgets.

The names of `Qt` itself take 20 ms to make, all at once when the first is used. What the unlock page is built of uses
none before its first picture: `QtCore.Qt` stands inside functions there, and some properties get their values by name.
"""
