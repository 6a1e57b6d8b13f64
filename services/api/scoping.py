"""Where a person may write something about: the organisations, and of those their own."""

from __future__ import annotations

from services.api.context import AppState
from services.api.identity import Actor
from services.api.problems import Problem
from services.domain.notes import scopes
from services.errors import unknown


def refuse_elsewhere(actor: Actor, scope: str, state: AppState, deed: str) -> None:
    """Raises Problem: 422 where no organisation has the code, 403 where it is not the actor's. deed: "writes notes"."""
    known = scopes(state.system)
    if scope not in known:
        what = "No site, provider, place or system has this code"
        raise Problem(422, unknown(what, scope, known, "/api/v1/system lists them"))
    if not actor.may_at(scope if scope in state.system.site_by_code else None):
        raise Problem(403, f"{actor.title} {deed} on their own sites alone.")
