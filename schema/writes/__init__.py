"""What readers and moderators write: one file for each thing that they do, each a function of desk, caller and input.

Most are one transaction. A text that is judged (`judged.py`) is counted at its pace in one before, and erasing takes as
many as there is to erase. In each, locks are taken in one order, so that writers wait for each other and never in a
circle: idempotency key, pace, articles, comments, commenters, each kind in the order of ids; and the log's line last.
What can't be done raises `Refusal` (`outcome.py`), and then nothing was written but that it was tried.
"""
