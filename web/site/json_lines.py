"""Lines of the log as JSON."""

import logging
import time
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from domain import __version__
from web.site.request_ids import request_id

FIELDS = ("levelname", "name", "message")


class Lines(JsonFormatter):
    """A line of JSON: when, how grave, which part, what; the request's id where it is about one."""

    def __init__(self, part: str):
        super().__init__(list(FIELDS), rename_fields={"levelname": "level", "name": "logger", "exc_info": "trace"})
        self.part = part

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["time"] = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03d}Z"
        super().add_fields(log_data, record, message_dict)
        log_data["level"] = record.levelname.lower()
        log_data |= {"part": self.part, "version": __version__, "process": record.process}
        if given := getattr(record, "request_id", "") or request_id():
            log_data["request_id"] = given

    @staticmethod
    def converter(seconds: float | None) -> Any:
        """Times are in UTC."""
        return time.gmtime(seconds)
