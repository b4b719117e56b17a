"""What a student handed in: found, read, put right."""
