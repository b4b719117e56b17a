"""What the instructor wrote, and what students receive of it."""
