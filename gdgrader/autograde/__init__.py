"""Grade a whole class, by `gdgrader autograde` or by nbgrader."""
