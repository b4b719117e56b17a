"""What nbgrader says of what went wrong."""

import re


def why(result: dict) -> str:
    """The exceptions nbgrader logged, without its tracebacks."""
    log = f"{result.get('log') or ''}\n{result.get('error') or ''}"
    words = [x for x in log.splitlines() if re.match(r"\s*\S*(Error|Exception): ", x)]
    return "\n".join(dict.fromkeys(x.strip() for x in words)) or log
