"""JupyterLab as a student needs it; `python -m gdhelpers.lab` opens it.

`student/` is a folder of Jupyter's configuration that the command names for one start.
Nothing is written into anybody's own settings, and `jupyter lab` stays what it is.
"""
