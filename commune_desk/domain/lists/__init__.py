"""A commune's list: its header, columns and cells, its rows as children, and who may stand in it twice."""
