"""Measurements of the built zip on the sandbox.

One module for each thing that is measured; `__main__.py` lists them, and `report.py` shows their
figures. A figure with a limit is a promise: `python -m bench` fails if it is broken.
"""
