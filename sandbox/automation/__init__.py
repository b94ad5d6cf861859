"""SSM Automation: checks runbooks and runs their real steps.

- `service.py`: the operations of the API
- `documents.py`: what a runbook is, and what is refused when one is created
- `parameters.py`: the parameters of one execution
- `variables.py`: `{{ ... }}` and JSONPath selectors
- `execution.py`: one execution, from step to step
- `actions.py`: what each kind of step does
- `script.py`, `script_runner.py`: Python scripts, each in a process of its own
"""

from .service import Automations

__all__ = ["Automations"]
