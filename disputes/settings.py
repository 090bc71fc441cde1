"""Settings of the program, read once from the environment; `.env.example` lists them all."""

import re
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK_ONLY_KEY = "only-for-loopback-never-in-production"
STAFF_ROLES = frozenset({"agent", "manager", "mediator", "admin"})
SHORTEST_IDENTITY_KEY = 32


class Settings(BaseSettings):
    """Everything an operator can set. Each name is an environment variable in capitals."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    database_url: str = Field(
        "", description="PostgreSQL, as a SQLAlchemy URL; empty: the embedded server of `make run`"
    )
    public_url: str = Field("", description="address customers and letters use; empty: http://127.0.0.1:PORT")
    secret_key: str = Field("", description="signs cookies and codes; required on any address but loopback")
    rasa_url: str = Field("http://127.0.0.1:5005", description="where Rasa answers; several, comma separated")
    rasa_token: str = Field("", description="shared secret for Rasa's HTTP API (JWT); empty: `run` makes one")
    rasa_tracker_url: str = Field("", description="Rasa's own database, as a SQLAlchemy 1.4 URL (psycopg2)")
    actions_url: str = Field("http://127.0.0.1:5055/webhook", description="where Rasa finds the actions")
    orders_url: str = Field("", description="the shop's order system; empty: the demo stand-in of this program")
    orders_token: str = Field("", description="bearer token for the order system")
    smtp_url: str = Field("", description="smtp://user:password@host:port; empty: letters go to VAR_DIR/mail")
    mail_from: str = Field("", description="sender of letters; empty: the policy's support address")
    imap_url: str = Field(
        "", description="imaps://user:password@host/INBOX with the answers to letters; empty: none read"
    )
    inbound_mail_key: str = Field("", description="signs mail sent to POST /api/inbound-mail; empty: that is off")
    policy_file: Path = Field(Path("policy.yml"), description="the shop's policy")
    language_dir: str = Field("", description="folder with the words of another language; empty: English")
    widget_identity_key: str = Field(
        "", description="shared with the shop, whose server signs with it who is signed in; empty: nobody can say so"
    )
    widget_identity_key_before: str = Field("", description="the one before it, taken as well while the shop changes")
    allowed_origins: str = Field(
        "", description="web sites that may embed the widget, comma separated; empty: own site"
    )
    chats_per_address: int = Field(
        60, ge=0, description="new chats from one address of the network in a quarter of an hour; 0: any number"
    )
    uploads_at_once: int = Field(
        3, ge=1, description="files that one web process looks at at once; the others wait for their turn"
    )
    host: str = Field("127.0.0.1", description="address the web process listens on")
    port: int = Field(8000, description="port the web process listens on")
    trusted_proxies: str = Field("127.0.0.1", description="proxies whose X-Forwarded-For is believed, comma separated")
    var_dir: Path = Field(Path("var"), description="everything the program writes on disk")
    metrics_token: str = Field("", description="bearer token for /metrics; empty: this machine only")
    metrics_port: int = Field(0, description="port on which a worker alone tells its figures; 0: none")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    two_step_roles: str = Field("", description="roles that must sign in in two steps, comma separated; empty: none")

    oidc_issuer: str = Field("", description="the sign-in provider's issuer; empty: staff sign in with passwords alone")
    oidc_client_id: str = Field("", description="the name under which the provider knows this program")
    oidc_client_secret: str = Field("", description="the secret that goes with it")
    oidc_name: str = Field("your work account", description="what the sign-in page calls the provider")
    oidc_role_claim: str = Field("", description="the claim that says the role; empty: roles are set at the desk")
    oidc_roles: str = Field("", description="values of that claim and their roles: support=agent,leads=manager")

    @field_validator("oidc_roles")
    @classmethod
    def _roles_of_values(cls, value: str) -> str:
        if {role for _, role in _pairs(value)} - STAFF_ROLES:
            raise ValueError("it is written like support=agent,leads=manager")
        return value

    @field_validator("two_step_roles")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        wrong = _listed(value) - STAFF_ROLES
        if wrong:
            raise ValueError(f"the roles are {', '.join(sorted(STAFF_ROLES))}")
        return value

    @field_validator("widget_identity_key", "widget_identity_key_before")
    @classmethod
    def _fit_to_be_shared(cls, value: str, info: ValidationInfo) -> str:
        if value and len(value.encode()) < SHORTEST_IDENTITY_KEY:
            raise ValueError(f"it must be at least {SHORTEST_IDENTITY_KEY} bytes long: openssl rand -hex 32")
        if value and value in (info.data.get("secret_key"), info.data.get("rasa_token")):
            raise ValueError("the shop knows it, so SECRET_KEY and RASA_TOKEN must be others")
        return value

    @property
    def identity_keys(self) -> list[str]:
        """The secrets with which the shop may sign who its customer is; none: it cannot."""
        return [key for key in (self.widget_identity_key, self.widget_identity_key_before) if key]

    @property
    def two_step_role_names(self) -> frozenset[str]:
        """The roles that must sign in in two steps."""
        return _listed(self.two_step_roles)

    @property
    def has_provider(self) -> bool:
        """True when staff may sign in with a provider."""
        return bool(self.oidc_issuer and self.oidc_client_id and self.oidc_client_secret)

    @property
    def provider_roles(self) -> list[tuple[str, str]]:
        """Values of the role claim with their roles; the first one that fits counts."""
        return _pairs(self.oidc_roles)

    @property
    def base_url(self) -> str:
        """The address of this program as customers see it, without a slash at the end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def origins(self) -> list[str]:
        """The web sites that may embed the chat."""
        return [origin.strip() for origin in self.allowed_origins.split(",") if origin.strip()]

    @property
    def orders_base_url(self) -> str:
        """The order system's address; the demo stand-in when none is set."""
        return (self.orders_url or f"http://127.0.0.1:{self.port}/demo/orders-service").rstrip("/")

    @property
    def tracker_url(self) -> str:
        """Rasa's own database: as set, else the database `rasa` on the server of DATABASE_URL."""
        if self.rasa_tracker_url:
            return self.rasa_tracker_url
        return re.sub(r"^postgresql(?:\+\w+)?://([^/?]*)[^?]*", r"postgresql+psycopg2://\1/rasa", self.database_url)

    @property
    def rasa_urls(self) -> list[str]:
        """The addresses of all Rasa servers, without slashes at the end."""
        return [url.strip().rstrip("/") for url in self.rasa_url.split(",") if url.strip()]

    @property
    def is_public(self) -> bool:
        """True when cookies must be Secure: customers reach the program over HTTPS."""
        return self.base_url.startswith("https://")

    @property
    def signing_key(self) -> str:
        """The key for signatures and code digests; a fixed one on loopback, so that a laptop needs no set-up."""
        return self.secret_key or LOOPBACK_ONLY_KEY

    @property
    def listens_on_loopback(self) -> bool:
        """True when only this machine can reach the web process."""
        return self.host == "localhost" or _is_loopback(self.host)


def _listed(names: str) -> frozenset[str]:
    return frozenset(name.strip() for name in names.split(",") if name.strip())


def _pairs(written: str) -> list[tuple[str, str]]:
    parts = [part.rpartition("=") for part in written.split(",") if part.strip()]
    return [(name.strip(), role.strip()) for name, _, role in parts]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def settings() -> Settings:
    """The settings of this process; read at the first call."""
    return Settings()
