"""The Today page: what runs out first, whom to visit, what came and what a person must decide."""
