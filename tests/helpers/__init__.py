"""What several rooms' tests build on: workplaces, records with valid defaults, Vietnamese typing."""
