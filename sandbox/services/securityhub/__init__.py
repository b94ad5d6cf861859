"""Security Hub CSPM: whether it is enabled, and the findings that accounts import by themselves.

Its own checks of controls are not imitated, nor are automation rules and aggregation.
"""
