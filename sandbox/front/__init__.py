"""What every request meets first: the HTTP server, the gateway, faults, the log, and the controls.

All parts are put together here. How a service answers is no business of this folder.
"""
