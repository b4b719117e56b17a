"""What students get back, and what a person grades by."""
