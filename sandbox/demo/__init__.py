"""The demo: the whole story, in acts.

`acts.py` is the story, `account.py` the account that it happens in, `stage.py` what it is played
on, `dashboard.py` what an auditor sees.
"""
