"""Grafana's dashboards as code: typed builders in, JSON out."""

from service.dashboards.overview import overview

# File name in grafana/dashboards: what builds it.
DASHBOARDS = {"overview": overview}

__all__ = ["DASHBOARDS", "overview"]
