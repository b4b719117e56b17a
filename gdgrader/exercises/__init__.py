"""The course's exercises as data: inputs, comparisons and known mistakes."""
