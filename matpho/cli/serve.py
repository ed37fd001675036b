"""`matpho serve`: the live page over an event store."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer
from rich.console import Console

from locales import text
from matpho.cli.options import EvidenceOption, PortOption, StoreOption
from matpho.cli.signals import wait_for_stop
from matpho.defaults import EVIDENCE, PORT, STORE


def serve(
    store: StoreOption = STORE,
    evidence: EvidenceOption = EVIDENCE,
    host: Annotated[str, typer.Option(help=text("cli-opt-host"))] = "127.0.0.1",
    port: PortOption = PORT,
) -> None:
    """Show the newest alerts in a browser, live."""
    from console.app import create_app
    from console.server import BackgroundServer
    from store.event_store import EventStore

    opened = EventStore.open(store, create=False)
    try:
        token = secrets.token_urlsafe(24)
        with BackgroundServer(create_app(opened, evidence, token=token), host=host, port=port) as server:
            Console().print(text("cli-page-at", url=f"{server.url}#token={token}"), soft_wrap=True)
            wait_for_stop()
    finally:
        opened.close()
