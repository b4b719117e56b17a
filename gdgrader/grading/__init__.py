"""One submission: executed, judged, scored."""
