"""What Prometheus scrapes: the domain's gauges, rendered once per evaluation."""
