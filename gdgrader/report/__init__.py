"""A class report: one HTML page that says first what to explain again.

collect (gradebook and graded notebooks) → statistics, similar, reach → page
"""
