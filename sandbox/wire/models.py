"""The models of AWS's services as botocore has them, each read once, however many ask at once."""

from __future__ import annotations

import threading
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from moto.core.routing import ServiceOperationRouter, get_service_router
from moto.core.utils import get_service_model

_lock = threading.RLock()
_list_services = Loader.list_available_services
_listed: dict[tuple[str, ...], list[str]] = {}


def service_model(service: str) -> ServiceModel:
    """The model of a service.

    :raises botocore.exceptions.UnknownServiceError: if there is no such service
    """
    with _lock:
        model: ServiceModel = get_service_model(service)
    return model


def service_router(service: str) -> ServiceOperationRouter:
    """What tells the operation from the URL.

    :raises botocore.exceptions.UnknownServiceError: if there is no such service
    """
    with _lock:
        router: ServiceOperationRouter = get_service_router(service)
    return router


def _list_services_once(loader: Any, type_name: str) -> list[str]:
    key = (type_name, *loader.search_paths)
    with _lock:
        if key not in _listed:
            _listed[key] = _list_services(loader, type_name)
        return _listed[key]


# Before it reads a model, a loader goes through the folders of all services; each session has a
# loader of its own, and moto makes one for each model. A search's calls to all regions, which come
# at once, took the sandbox seconds of it.
Loader.list_available_services = _list_services_once
