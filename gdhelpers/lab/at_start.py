"""What each kernel of the student's Lab runs first: a missing name is said calmly.

Without it that begins with a lesson's first cell, which after a restart has not run.
IPython runs the file that PYTHONSTARTUP names, among the student's own names.
"""

from gdhelpers import calm as _calm

_calm.at_home()
del _calm
