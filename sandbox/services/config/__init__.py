"""AWS Config: rules, their results, the events of a change, and remediation.

Recorders and delivery channels are moto's.
"""
