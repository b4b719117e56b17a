"""Lies in the sandbox where the grader lies outside, so that it is not to be had."""

if __name__ == "gdgrader":
    raise ModuleNotFoundError("No module named 'gdgrader'", name="gdgrader")
