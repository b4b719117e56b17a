"""Where strangers' code runs; knows nothing of grading."""
