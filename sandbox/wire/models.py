"""The models of AWS's services as botocore has them, each read once, however many ask at once."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

from botocore.loaders import JSONFileLoader, Loader
from botocore.model import ServiceModel
from botocore.session import Session
from moto.core.routing import ServiceOperationRouter, SmithyRule, get_service_router
from moto.core.utils import get_service_model

_lock = threading.RLock()
_list_services = Loader.list_available_services
_listed: dict[tuple[str, ...], list[str]] = {}
_read, _reader = JSONFileLoader.load_file, JSONFileLoader()
# Files in a row that may be read again.
_RECENT = 8


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


@lru_cache(maxsize=_RECENT)
def _read_once(file: str) -> Any:
    return _read(_reader, file)


# Each session reads the endpoints of all services, and moto makes many sessions. Not all files are
# kept: some models are large.
JSONFileLoader.load_file = lambda _, file: _read_once(file)


def _no_urls(*_: Any) -> Any:
    raise NotImplementedError("The sandbox takes URLs apart. It builds none.")


# Nine tenths of what a router is made of serves to build URLs: a tenth of a second for each service
# with a REST API, once for each of the calls that come at once.
SmithyRule._compile_builder = lambda *_: _no_urls  # type: ignore[method-assign]


_available_regions = Session.get_available_regions


def _regions(
    session: Session, service_name: str, partition_name: str = "aws", **options: Any
) -> list[str]:
    if service_name != "ec2":
        found: list[str] = _available_regions(session, service_name, partition_name, **options)
        return found
    endpoints = session._get_internal_component("endpoint_resolver")
    regions: list[str] = endpoints.get_available_endpoints(service_name, partition_name, **options)
    return regions


# To list the regions of three partitions, moto reads the model of EC2 when it is imported, only to
# learn that endpoints call the service by its name: an eighth of each start.
Session.get_available_regions = _regions
