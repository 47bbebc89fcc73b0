"""Dialogs with buttons in our own words: Qt ships no Vietnamese."""

from commune_desk.ui.dialogs.message import Message, confirm, inform, report_bug, show_error

__all__ = ["Message", "confirm", "inform", "report_bug", "show_error"]
