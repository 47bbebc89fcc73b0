"""What comes in: admitted, ordered and merged into records, with all that a change may bring about on its way."""
