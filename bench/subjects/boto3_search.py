"""The same search as a plain boto3 script: one call after the other.

`python -m bench.subjects.boto3_search ENDPOINT` makes all calls once and prints how many
milliseconds that took.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import boto3
from botocore.config import Config

HOME = "us-east-1"
# A region that is being enabled or disabled may hold resources.
STATUSES = ("ENABLED", "ENABLED_BY_DEFAULT", "ENABLING", "DISABLING")


class Boto3Search:
    """Uses one session, as a script would."""

    def __init__(self, endpoint: str) -> None:
        """Takes where AWS is."""
        self._session = boto3.Session(aws_access_key_id="bench", aws_secret_access_key="bench")  # noqa: S106
        self._endpoint = endpoint

    def run(self) -> None:
        """Lists the certificates, then looks for their users in all regions."""
        _all(self._client("iam"), "list_server_certificates", 1000)
        regions = _all(
            self._client("account"), "list_regions", 50, RegionOptStatusContains=list(STATUSES)
        )
        for page in regions:
            for region in page["Regions"]:
                self._search(region["RegionName"])
        _all(self._client("cloudfront"), "list_distributions")

    def _search(self, region: str) -> None:
        _all(self._client("elb", region), "describe_load_balancers", 400)
        elb = self._client("elbv2", region)
        for page in _all(elb, "describe_load_balancers", 400):
            for balancer in page["LoadBalancers"]:
                self._search_balancer(elb, balancer["LoadBalancerArn"])
        _all(self._client("appsync", region), "list_domain_names", 25)

    @staticmethod
    def _search_balancer(elb: Any, arn: str) -> None:
        for page in _all(elb, "describe_listeners", 400, LoadBalancerArn=arn):
            for listener in page["Listeners"]:
                listener_arn = listener["ListenerArn"]
                _all(elb, "describe_listener_certificates", 400, ListenerArn=listener_arn)

    def _client(self, service: str, region: str = HOME) -> Any:
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self._endpoint,
            config=Config(retries={"total_max_attempts": 1}),
        )


def _all(client: Any, operation: str, size: int | None = None, **asked: Any) -> list[Any]:
    """All pages."""
    paging = {"PageSize": size} if size else {}
    return list(client.get_paginator(operation).paginate(**asked, PaginationConfig=paging))


if __name__ == "__main__":
    search = Boto3Search(sys.argv[1])
    begun = time.perf_counter()
    search.run()
    print((time.perf_counter() - begun) * 1000)
