"""Imported once by the server that parsing processes are forked from: all that they need, loaded."""

import gc
import importlib
import threading

from ingest import language


def _load() -> None:
    # Half of the time goes into unpacking the model, which leaves the interpreter free for the rest.
    model = threading.Thread(target=language.identify, args=("The model of languages is read at the first text.",))
    model.start()
    for module in ("ingest.feed_json", "ingest.feed_xml", "jobs.parse"):
        importlib.import_module(module)
    # Before anything is forked: a thread would not come along.
    model.join()


_load()
# What is loaded stays; nobody needs to look through it again, and its pages stay shared.
gc.collect()
gc.freeze()
