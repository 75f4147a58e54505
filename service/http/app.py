"""The FastAPI application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from service import __version__
from service.http import problem
from service.http.auth import Doorman
from service.http.context import Context
from service.http.observe import Observe
from service.http.routes import (
    catalog,
    charts,
    due,
    explaining,
    marks,
    operations,
    quarantine,
    readings,
    review,
    seals,
    standing,
    submissions,
    template,
    units,
    zero,
)


def create_app(context: Context) -> FastAPI:
    """Routes, errors and metrics around a running service."""
    app: FastAPI = FastAPIOffline(
        title="biaochi 标尺",
        version=__version__,
        description="City indicators: readings in, progress and alerts out. 城市指标：报送、进度、预警。",
    )
    app.state.context, app.state.doorman = context, Doorman(context)
    problem.install(app)
    app.add_middleware(Observe, registry=context.registry)
    for module in (
        operations,
        readings,
        zero,
        template,
        submissions,
        review,
        quarantine,
        seals,
        due,
        standing,
        explaining,
        marks,
        charts,
        catalog,
        units,
    ):
        app.include_router(module.router)
    return app
