"""Which of the program's loggers say nothing any more, as after somebody's `logging.config.dictConfig`."""

from __future__ import annotations

import logging

from commune_desk.logs import OWN_LOGGERS


def silenced() -> list[str]:
    """The names of our loggers that are switched off; they are switched on again."""
    known = logging.Logger.manager.loggerDict.items()
    own = [(name, logger) for name, logger in known if name.partition(".")[0] in OWN_LOGGERS]
    off = {name: logger for name, logger in own if isinstance(logger, logging.Logger) and logger.disabled}
    for logger in off.values():
        logger.disabled = False
    return sorted(off)
