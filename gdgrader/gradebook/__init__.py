"""What is written down of a class: scores, states, folders."""
