"""What becomes of a comment before anybody else reads it: a list of small rules in a fixed order, all pure.

`case.py` says what a rule is told and what it may answer, `settings.py` how each is tuned, `phases.py` is the list, and
`judge.py` walks it. The one rule that asks another server has its answer brought by whoever calls.
"""
