"""Work in the shelter: its beds, its stays, and what a home commune is told of one."""
