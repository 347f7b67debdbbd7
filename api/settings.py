"""The settings: read from the environment once, at the door, and passed down from there.

Every variable starts with BROADSHEET_. No other setting is read from the environment: children get it as it is, and
prometheus_client reads a variable of its own, which the parent of several server processes sets (api/family.py).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.address import networks
from ingest.moderation.settings import BadRules, Rules, read_rules

PREFIX = "BROADSHEET_"
# What GraphQL's Int holds, rounded.
_MOST_POINTS = 2_000_000_000
CHECKOUT = Path(__file__).resolve().parent.parent


class BadSettings(Exception):
    """A variable of the environment can't be used; the message names it, one line for each."""


class Settings(BaseSettings):
    """Every setting with its default. Sizes are bytes and times are seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str | None = Field(
        None,
        pattern=r"^postgres(ql)?://",
        repr=False,
        description="Address of the Postgres server (15 or later). Unset: an embedded Postgres under `DATA_DIR`.",
    )
    listen_url: str | None = Field(
        None,
        pattern=r"^postgres(ql)?://",
        repr=False,
        description="Direct address of the same database for LISTEN, where a pooler stands between. "
        "Unset: `DATABASE_URL`.",
    )
    data_dir: Path = Field(
        CHECKOUT / ".data", description="Folder of the embedded Postgres. Default: `.data` in the checkout."
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address that the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the server listens on.")
    workers: int = Field(1, ge=1, le=64, description="Server processes that share the port.")
    allow_private_networks: bool = Field(
        False,
        description="Whether feeds and pages may be fetched from private and loopback addresses.",
    )
    contact: str | None = Field(
        None,
        max_length=200,
        description="Address of a page or of mail, sent with every fetch so that publishers know whom to ask.",
    )
    fetches_at_once: int = Field(
        16, ge=1, le=200, description="Feeds and pages that the worker fetches at once; of one host at most two."
    )
    feed_processes: int = Field(2, ge=1, le=64, description="Processes that parse what the worker fetches.")
    worker_metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port on which the worker serves its own metrics, on `HOST`. Unset: none."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe log lines that are written."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="`auto` is `console` on a terminal and `json` elsewhere."
    )
    commit: str | None = Field(
        None,
        max_length=64,
        description="The git commit that `/version` reports. Unset: read from the checkout, if it is one.",
    )

    pool_size: int = Field(10, ge=2, le=500, description="Connections to Postgres of each server process.")
    worker_pool_size: int = Field(5, ge=2, le=100, description="Connections to Postgres of the worker.")
    statement_timeout: float = Field(
        2.0,
        gt=0,
        le=60,
        description="Seconds after which Postgres ends a statement of the server; the server itself gives up "
        "half a second later.",
    )
    worker_statement_timeout: float = Field(
        60.0, gt=0, le=3600, description="The same for statements of the worker and of `import`."
    )

    max_body_bytes: int = Field(1_000_000, ge=1_000, description="Largest request body; more is answered with 413.")
    max_header_bytes: int = Field(65_536, ge=4_096, description="Largest head of a request; more is answered with 431.")
    receive_seconds: float = Field(
        15.0,
        gt=0,
        le=300,
        description="Seconds in which a request's head, and then its body, must have arrived; "
        "then the connection is closed.",
    )
    keep_alive_seconds: int = Field(
        75, ge=1, le=3600, description="Seconds that an idle connection is kept; more than a proxy before it keeps one."
    )
    graceful_seconds: float = Field(
        25.0, ge=0, le=600, description="Seconds that requests and jobs in flight have to finish after SIGTERM."
    )
    drain_seconds: float = Field(
        1.0,
        ge=0,
        le=600,
        description="Seconds after SIGTERM in which `/readyz` already answers 503 while new connections are "
        "still served, so that load balancers notice. Ctrl-C does not wait.",
    )

    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Issuer of readers' tokens, exactly as they name it (`iss`); its keys are found by OpenID Connect "
        "Discovery. Unset: tokens of a provider are refused.",
    )
    oidc_audience: str | None = Field(
        None,
        min_length=1,
        description="Audience that those tokens have to be meant for (`aud`); needed with the issuer.",
    )
    token_key: str | None = Field(
        None,
        min_length=32,
        repr=False,
        description="Shared key (32 characters or more) of tokens signed with HS256, for small set-ups and for "
        "`broadsheet token`. Unset: such tokens are refused.",
    )
    role_claim: str = Field(
        "roles",
        min_length=1,
        description="Claim that holds a reader's roles, with dots where it lies deeper: `realm_access.roles`.",
    )

    budget_seconds: int = Field(60, ge=1, le=3_600, description="Length of the period that budgets are counted in.")
    budget_address: int = Field(
        6_000,
        ge=0,
        le=_MOST_POINTS,
        description="Points a period of an anonymous caller, by address (IPv6: by /64). 0: no limit.",
    )
    budget_reader: int = Field(
        12_000, ge=0, le=_MOST_POINTS, description="Points a period of a reader who brings a token. 0: no limit."
    )
    budget_install: int = Field(
        6_000,
        ge=0,
        le=_MOST_POINTS,
        description="Points a period of one install of an app; all those at one address together have twenty times as "
        "many. 0: no limit.",
    )
    budget_key: int = Field(60_000, ge=0, le=_MOST_POINTS, description="Points a period of a secret key. 0: no limit.")
    trusted_proxies: str = Field(
        "",
        max_length=5_000,
        description="Networks of the proxies before the service, separated by commas. Of a request that comes from one "
        "of them, `X-Forwarded-For` tells the address.",
    )
    moderation: Path | None = Field(
        None,
        description="File (TOML) with the rules of moderation, as docs/moderation.md tells of them. Unset: the rules "
        "with their defaults. Servers and workers read it when they start.",
    )

    clients: str | None = Field(
        None,
        max_length=5_000,
        description="Names of clients, separated by commas, that metrics always count by name. Of others, the first "
        "50 that a server process meets are.",
    )
    introspection: bool = Field(True, description="Whether the GraphQL schema may be read by introspection.")
    validation_status: Literal[200, 400, 422] = Field(
        400,
        description="HTTP status of a GraphQL document that doesn't parse or validate. Clients that accept "
        "`application/json` and don't name `application/graphql-response+json` get 200.",
    )
    max_tokens: int = Field(2_000, ge=100, description="Tokens of a GraphQL document.")
    max_depth: int = Field(16, ge=4, description="Depth of a GraphQL selection.")
    max_introspection_depth: int = Field(20, ge=15, description="Depth of an introspecting selection.")
    max_aliases: int = Field(30, ge=0, description="Aliases in a GraphQL document.")
    max_directives: int = Field(50, ge=0, description="Directives in a GraphQL document.")
    max_root_fields: int = Field(20, ge=1, description="Root fields of a GraphQL operation.")
    max_filter_nodes: int = Field(20, ge=1, description="Conditions of a filter, nested ones included.")
    max_filter_depth: int = Field(4, ge=1, description="Levels of `and`, `or` and `not` in a filter.")
    max_list_items: int = Field(100, ge=1, description="Values of a list in a filter.")
    max_cost: int = Field(
        5_000,
        ge=100,
        description="Points that a GraphQL operation may cost; docs/graphql.md says how they are counted.",
    )
    hot_answers: bool = Field(
        True,
        description="Whether answers that the database has a part in are kept, too, and served while nothing has "
        "changed.",
    )
    hot_answer_bytes: int = Field(
        64_000_000, ge=1_000_000, description="Bytes of answers that each server process keeps."
    )
    cache_seconds: int = Field(
        0,
        ge=0,
        le=86_400,
        description="Seconds that browsers and CDNs may serve the answer to a GET without asking; 0: they ask each "
        "time whether it still holds.",
    )
    persisted_bytes: int = Field(
        2_000_000,
        ge=0,
        description="Bytes of automatic persisted queries that each server process keeps. 0: none are taken.",
    )
    trusted_documents: Path | None = Field(
        None, description="File of trusted documents: Apollo's manifest, or an object of documents by identifier."
    )
    trusted_documents_only: bool = Field(
        False, description="Whether nothing but trusted documents is executed over GraphQL."
    )
    plan_cache: int = Field(1_000, ge=10, description="GraphQL documents whose plans each server process keeps.")

    import_processes: int = Field(
        min(os.cpu_count() or 1, 8),
        ge=1,
        le=64,
        description="Processes that parse feeds during `import`. Default: one for each core, at most 8.",
    )
    max_feed_bytes: int = Field(15 * 1024 * 1024, ge=1_000, description="Largest feed document.")
    max_feed_entries: int = Field(
        10_000, ge=1, description="Entries read of one feed document; the rest is only counted."
    )
    parse_seconds: int = Field(
        10,
        ge=1,
        le=600,
        description="Seconds of processor that parsing one feed document may take before its process is ended.",
    )

    @field_validator("validation_status", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        # Of the environment all comes as text, and pydantic takes none for one of several numbers.
        return int(value) if isinstance(value, str) and value.isdecimal() else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        networks(value)
        return value

    @model_validator(mode="after")
    def _audience_of_an_issuer(self) -> Self:
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError("BROADSHEET_OIDC_AUDIENCE is needed too: else tokens meant for others would count")
        return self

    @property
    def client_names(self) -> list[str]:
        """The names in `clients`."""
        return [name.strip() for name in (self.clients or "").split(",") if name.strip()]


def read_settings() -> Settings:
    """The settings of this process' environment.

    Raises BadSettings with a line for each variable that can't be used.
    """
    try:
        return Settings()
    except ValidationError as problem:
        raise BadSettings("\n".join(_line(dict(error)) for error in problem.errors())) from None


def moderation(settings: Settings) -> Rules:
    """The rules of moderation.

    Raises BadSettings where the file can't be used.
    """
    try:
        return read_rules(settings.moderation)
    except BadRules as problem:
        raise BadSettings(f"{variable('moderation')}: {problem}") from None


def variable(field: str) -> str:
    """The environment variable of a field: `port` is BROADSHEET_PORT."""
    return PREFIX + field.upper()


def settings_table() -> str:
    """All settings as a Markdown table (variable, default, meaning), as docs/configuration.md shows it."""
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if name in ("data_dir", "import_processes") else _printed(field.default)
        lines.append(f"| `{variable(name)}` | {default} | {field.description} |")
    return "\n".join(lines)


def _printed(default: object) -> str:
    match default:
        case None:
            return ""
        case bool():
            return f"`{str(default).lower()}`"
        case float() if default.is_integer():
            return f"`{default:.0f}`"
        case _:
            return f"`{default}`"


def _line(error: dict[str, object]) -> str:
    location = error.get("loc")
    if not isinstance(location, tuple) or not location:
        return str(error.get("msg")).removeprefix("Value error, ")
    name = variable(str(location[0]))
    # An address may carry a password, and a key is one: neither is ever repeated.
    if name.endswith("_URL"):
        return f"{name} must be an address like postgresql://user:password@host:5432/database"
    if name == variable("token_key"):
        return f"{name} must have 32 characters or more"
    return f"{name}={error.get('input')!s} can't be used: {error.get('msg')}"
