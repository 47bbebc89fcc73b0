"""The short style sheet over Fusion: only what the palette cannot say. `$names` are tokens of `theme`."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_SHEET = Template("""
QToolTip { color: $ink; background: $surface; border: 1px solid $edge; padding: 4px 8px; }

QDialog { background: $surface; }
QPushButton { min-height: 30px; padding: 0 12px; border: 1px solid $rim; border-radius: 6px;
  background: $surface; color: $ink; }
QPushButton:hover { background: $accent_tint; border-color: $accent; }
QPushButton:pressed { background: $quiet_tint; }
QPushButton:focus { border: 2px solid $accent; padding: 0 11px; min-height: 28px; }
QPushButton:disabled { color: $quiet; background: $sunken; border: 1px solid $line; padding: 0 12px; min-height: 30px; }
QPushButton[kind="primary"] { background: $accent; border-color: $accent; color: $on_accent; }
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed { background: $accent_pressed; }
QPushButton[kind="primary"]:focus { border-color: $accent_pressed; }
QPushButton[kind="primary"]:disabled { background: $quiet_tint; border-color: $line; color: $quiet; }
QPushButton[kind="danger"] { border-color: $danger; color: $danger; }
QPushButton[kind="danger"]:hover { background: $danger_tint; }
QPushButton[kind="danger"]:focus { border-color: $danger; }
QPushButton[kind="link"] { border: 2px solid transparent; background: transparent; color: $link; padding: 0;
  min-height: 24px; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border-color: $accent; }
QPushButton[kind="link"]:disabled { color: $quiet; background: transparent; border-color: transparent; }
QPushButton[kind="icon"] { padding: 0; min-width: 30px; border-color: transparent; background: transparent; }
QPushButton[kind="icon"]:hover { background: $quiet_tint; }
QPushButton[kind="icon"]:focus { border: 2px solid $accent; padding: 0; min-width: 28px; }

QLineEdit, QTextEdit, QComboBox { border: 1px solid $edge; border-radius: 6px; background: $surface; color: $ink;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit { min-height: 30px; padding: 0 9px; }
QComboBox { min-height: 30px; padding: 0 11px; }
QTextEdit { padding: 4px 5px; }
QLineEdit:hover, QTextEdit:hover, QComboBox:hover { border-color: $quiet; }
QLineEdit:focus { border: 2px solid $accent; padding: 0 8px; min-height: 28px; }
QComboBox:focus { border: 2px solid $accent; padding: 0 10px; min-height: 28px; }
QTextEdit:focus { border: 2px solid $accent; padding: 3px 4px; }
QLineEdit[invalid="true"], QTextEdit[invalid="true"], QComboBox[invalid="true"] { border-color: $danger; }
QLineEdit:disabled, QTextEdit:disabled, QComboBox:disabled, QLineEdit:read-only { background: $sunken; color: $quiet;
  border-color: $line; }
QComboBox::drop-down { width: 28px; border: none; }
QComboBox QAbstractItemView { border: 1px solid $edge; background: $surface; outline: none; padding: 4px;
  selection-background-color: $accent_tint; selection-color: $ink; }
QComboBox QAbstractItemView::item { min-height: 30px; padding: 0 8px; border-radius: 4px; }
QListView#suggestions { border: 1px solid $edge; background: $surface; outline: none; padding: 4px;
  selection-background-color: $accent_tint; selection-color: $ink; }
QListView#suggestions::item { min-height: 30px; padding: 0 8px; border-radius: 4px; }

QTabBar { background: transparent; }
QTabBar::tab { padding: 7px 12px 8px; margin: 0 1px 0 0; border: none; border-bottom: 3px solid transparent;
  background: transparent; color: $quiet; }
QTabBar::tab:selected { color: $accent_pressed; border-bottom-color: $accent; font-weight: 600; }
QTabBar::tab:hover:!selected { color: $ink; border-bottom-color: $line; }

QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { width: 12px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 12px; background: transparent; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $quiet; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTableView { border: none; background: $surface; outline: none; selection-background-color: $accent_tint;
  selection-color: $ink; }
QHeaderView { background: $surface; }
QHeaderView::section { background: $surface; color: $quiet; border: none; border-bottom: 1px solid $line;
  padding: 0 8px; min-height: 34px; font-size: 9.5pt; font-weight: 600; }
QHeaderView::section:first { padding-left: 14px; }
QHeaderView::section:last { padding-right: 14px; }
QProgressBar { border: none; border-radius: 4px; background: $quiet_tint; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QMenu { background: $surface; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_tint; color: $ink; }
QCalendarWidget QWidget { alternate-background-color: $sunken; }
QCalendarWidget QWidget#qt_calendar_navigationbar { background: $quiet_tint; }
QCalendarWidget QToolButton { color: $ink; background: transparent; padding: 4px 8px; border-radius: 4px; }
QCalendarWidget QToolButton:hover { background: $accent_tint; }
""")


def style_sheet(tokens: Mapping[str, str]) -> str:
    """The sheet with the colours of one palette. Raises KeyError for a token it lacks."""
    return _SHEET.substitute(tokens)
