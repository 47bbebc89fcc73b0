"""Page logic without Qt: state in, state out."""
