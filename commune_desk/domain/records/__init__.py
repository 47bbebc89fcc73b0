"""The records of this register: each kind declared once, with the rules that hold for it alone."""
