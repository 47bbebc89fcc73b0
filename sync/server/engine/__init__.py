"""The store: its declared tables and migrations, the engines that keep them, how rows are asked for and added."""
