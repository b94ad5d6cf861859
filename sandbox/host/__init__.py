"""What the sandbox is on its host: time, memory, processes, folders and credentials.

Nothing here knows AWS's protocols.
"""
