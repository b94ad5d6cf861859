"""What holds for a whole account: its regions, and the service control policies that bind it.

No resources live here.
"""
