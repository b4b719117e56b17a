"""nbgrader's log, in which the name of a folder or a file is no command."""

from __future__ import annotations

import copy
import logging

from nbgrader.apps.baseapp import LogFormatter, NbGrader

from gdgrader.shown import lines


class PlainFormatter(LogFormatter):
    """nbgrader's own; what is told is spelt out (`Application.logging_config`)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, coloured by nbgrader only."""
        plain = copy.copy(record)
        plain.msg, plain.args = lines(record.getMessage()), None
        return super().format(plain)

    def formatException(self, info: tuple) -> str:
        """A traceback, which may quote a stranger's words."""
        return lines(super().formatException(info))


# No setting of nbgrader's says who writes its --logfile.
NbGrader._log_formatter_cls = PlainFormatter
