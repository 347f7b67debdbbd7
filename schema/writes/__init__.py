"""What readers and moderators write: one file for each thing that they do, each a function of desk, caller and input.

Every one is a transaction of its own; a text that is judged (`judged.py`) is counted at its pace in another one before.
In each locks are taken in one order, so that writers wait for each other and never in a circle: idempotency key, pace,
articles, comments, commenters, each kind in the order of ids; and the log's line last. What can't be done raises
`Refusal` (`outcome.py`), and then nothing was written but that it was tried.
"""
