"""The fault matrix: every call of every door, broken in every way, at every position.

combinations.py   what is tried: generated from what fault-free runs were seen to call
world.py          the account it is tried in, with the stack as it is deployed
doors.py          how each door is used, and how a run of it is judged; runbook_doors.py the runbook
findings.py       the same for what the rule imports into Security Hub
expectations.py   what must hold of a run, whatever breaks
trials.py         one combination from beginning to end, and many side by side
table.py          docs/faults.md, which the full run writes
__main__.py       the full run: `make soak`
"""
