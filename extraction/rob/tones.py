"""In which colour is a judgement shown? A tone: one of a few that differ in lightness too, each with its colour on screen and in print."""

from __future__ import annotations

from extraction.schema.fields import Option

TONES = {  # name: what it is called to people, its colour, and the ink that can be read on it
    "green": ("Green", "#5cb85c", "#20262a"),
    "lime": ("Light green", "#b7dd8c", "#20262a"),
    "yellow": ("Yellow", "#ffe066", "#20262a"),
    "orange": ("Orange", "#f0953f", "#20262a"),
    "red": ("Red", "#c62828", "#ffffff"),
    "darkred": ("Dark red", "#7f0000", "#ffffff"),
    "blue": ("Blue", "#4a90c2", "#20262a"),
    "grey": ("Grey", "#bdbdbd", "#20262a"),
}
OF_WORDS = {
    "low": "green",
    "unclear": "yellow",
    "some concerns": "yellow",
    "moderate": "yellow",
    "high": "red",
    "serious": "red",
    "critical": "darkred",
    "no information": "grey",
    "0": "red",
    "1": "green",
    "2": "green",
}


def tone_of(option: Option) -> str:
    """The tone that the tool gives the judgement, or the one that its word has in published tools; else grey."""
    return option.tone if option.tone in TONES else OF_WORDS.get(option.value, "grey")
