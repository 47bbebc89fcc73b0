"""The parts every page is built of. Pages import them from here."""

from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.beds import BedTile
from commune_desk.ui.widgets.buttons import DangerButton, IconButton, LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Avatar, Card, Hairline, IconLabel, Surface
from commune_desk.ui.widgets.chart import ChartPoint, MiniChart
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.choice import Choice, MultiChoice, Option, RadioRow
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit, PasswordField, SearchField, TextEdit
from commune_desk.ui.widgets.flow import Flow, FlowLayout, Stack, TileGrid
from commune_desk.ui.widgets.forms import FieldRow, Form, announce
from commune_desk.ui.widgets.nav import NavRail, RailItem
from commune_desk.ui.widgets.notice import EmptyState, NoticeBar, ProgressRow
from commune_desk.ui.widgets.page import Page, TabBar, TwoColumns
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.table import PagedTable
from commune_desk.ui.widgets.text import RichLine, Run, Text
from commune_desk.ui.widgets.timeline import Entry, Timeline
from commune_desk.ui.widgets.topbar import TopBar

__all__ = [
    "Avatar",
    "BedTile",
    "Card",
    "ChartPoint",
    "Chip",
    "Choice",
    "CompareRow",
    "CompareTable",
    "DangerButton",
    "DateField",
    "EmptyState",
    "Entry",
    "FieldRow",
    "Flow",
    "FlowLayout",
    "Form",
    "Hairline",
    "IconButton",
    "IconLabel",
    "LineEdit",
    "LinkButton",
    "ListRow",
    "MiniChart",
    "MultiChoice",
    "NavRail",
    "NoticeBar",
    "Option",
    "Page",
    "PagedTable",
    "PasswordField",
    "PrimaryButton",
    "ProgressRow",
    "RadioRow",
    "RailItem",
    "RichLine",
    "Run",
    "SearchField",
    "SecondaryButton",
    "Size",
    "Stack",
    "Surface",
    "TabBar",
    "Text",
    "TextEdit",
    "TileGrid",
    "Timeline",
    "Tone",
    "TopBar",
    "TwoColumns",
    "Version",
    "announce",
]
