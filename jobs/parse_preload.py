"""Imported once by the server that parsing processes are forked from: all that they need, loaded."""

from ingest import feed_json, feed_xml, language
from jobs import parse

__all__ = ["feed_json", "feed_xml", "parse"]

language.identify("The model of languages is read at the first text.")
