"""Environment → Settings: read once at the edge, checked, and passed down as values."""

import difflib
import io
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sms4a._http import check_base, check_proxy
from sms4a.addresses import DE1_URL, DE2_URL, EU_URL, mistaken
from sms4a.errors import ConfigurationError

PREFIX = "SMS4A_"
ENV_FILE = ".env"

FROM_FILES = ("username", "password", "database_url", "proxy", "oidc_client_secret", "oidc_cookie_secret")
"""Each of these may also be given as `SMS4A_<NAME>_FILE`: the path of a file whose content is the value."""

OIDC = ("oidc_metadata_url", "oidc_client_id", "oidc_client_secret", "oidc_redirect_uri", "oidc_cookie_secret")

# Signing a cookie with less can be guessed.
COOKIE_SECRET_LENGTH = 32


def _base_url(value: str) -> str:
    try:
        return check_base("it", value)
    except ConfigurationError as error:
        raise ValueError(str(error)) from None


def _login_name(value: str) -> str:
    if ":" in value:
        raise ValueError("it cannot contain a colon")
    return value


def _proxy_url(value: str) -> str:
    try:
        return check_proxy("it", value)
    except ConfigurationError as error:
        raise ValueError(str(error)) from None


def _database_url(value: str) -> str:
    if value.partition(":")[0] not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ValueError("it must begin with sqlite:/// or postgresql://")
    return value


def _country(value: str) -> str:
    import phonenumbers

    if value.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("it must be the two letters of a country, like DE")
    return value.upper()


def _countries(value: str) -> str:
    if value.strip().upper() == ANY_COUNTRY:
        return ANY_COUNTRY
    return ",".join(sorted({_country(name.strip()) for name in value.split(",") if name.strip()}))


def _certificates(value: Path) -> Path:
    if not value.is_file():
        raise ValueError(f"there is no file {value}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=value)
    except ssl.SSLError:
        raise ValueError(f"the file {value} holds no certificates in PEM format") from None
    except OSError as error:
        raise ValueError(f"the file {value} cannot be read ({error.strerror})") from None
    return value


def _cookie_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < COOKIE_SECRET_LENGTH:
        raise ValueError(f"it must have at least {COOKIE_SECRET_LENGTH} characters, chosen at random")
    return value


def _metadata(value: str) -> str:
    if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc:
        raise ValueError("it must be an address such as https://login.example/.well-known/openid-configuration")
    return value


def _callback(value: str) -> str:
    if urlsplit(value).scheme not in ("http", "https") or not value.endswith("/oauth2callback"):
        raise ValueError("it must be the console's own address followed by /oauth2callback")
    return value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


ANY_COUNTRY = "ALL"

Mode = Literal["practice", "live"]

BaseUrl = Annotated[str, AfterValidator(_base_url)]


def _default_database(data: dict[str, Any]) -> str:
    # Practice and live never share a database.
    mode = "live" if data.get("username") and data.get("password") else "practice"
    return f"sqlite:///{data['data_dir']}/{mode}.db"


class Settings(BaseSettings):
    """Everything that can be set from outside; what is not set has a default that works on one machine."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        # Deployment files often list all names and leave some empty.
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    username: Annotated[str, AfterValidator(_login_name)] | None = None
    """The account at Retarus. Without it and the password the console is in practice mode."""
    password: SecretStr | None = None
    eu_url: BaseUrl = EU_URL
    de2_url: BaseUrl = DE2_URL
    de1_url: BaseUrl = DE1_URL
    send_via: Annotated[Literal["eu", "de2", "de1"], BeforeValidator(_lower)] = "eu"
    """Which address takes new jobs."""
    data_dir: Annotated[Path, AfterValidator(Path.absolute)] = Field(default=Path("data"), validate_default=True)
    """Where the SQLite files live; nobody else may read it."""
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(default_factory=_default_database, repr=False)
    worker: Annotated[Literal["embedded", "off"], BeforeValidator(_lower)] = "embedded"
    """`off`: this process only shows pages; another one sends."""
    submission_size: Annotated[int, Field(ge=1, le=3000)] = 1000
    """Recipients in one job."""
    rate_per_minute: Annotated[int, Field(ge=1)] = 60_000
    """People handed over in any minute, by all workers together."""
    send_threads: Annotated[int, Field(ge=1, le=64)] = 4
    keep_days: Annotated[int, Field(ge=0, le=3650)] = 365
    """So long after a campaign has ended its numbers and texts are kept, and a list after its last use; 0: for ever."""
    undo_s: Annotated[int, Field(ge=0, le=600)] = 30
    """After Send nothing leaves for so many seconds, so that it can be taken back."""
    home_country: Annotated[str, AfterValidator(_country)] = "DE"
    """The country of phone numbers that are written without one."""
    allowed_countries: Annotated[str, AfterValidator(_countries)] = ""
    """Countries whose numbers may be written to, with commas, or ALL; empty: the home country alone."""
    proxy: Annotated[str, AfterValidator(_proxy_url)] | None = Field(default=None, repr=False)
    ca_file: Annotated[Path, AfterValidator(_certificates)] | None = None
    """Certificates to trust instead of the usual ones."""
    oidc_metadata_url: Annotated[str, AfterValidator(_metadata)] | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_redirect_uri: Annotated[str, AfterValidator(_callback)] | None = None
    oidc_cookie_secret: Annotated[SecretStr, AfterValidator(_cookie_secret)] | None = None
    trusted_user_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] | None = None
    """The header in which a proxy in front names the signed-in person."""
    simulator_url: BaseUrl | None = None
    """A simulator that already runs, its address without `/de2/rest/v1`; without it, practice mode starts its own."""
    simulator_speed: Annotated[float, Field(ge=0.001, le=100_000)] = 1.0
    """How many simulated seconds pass in a second."""
    simulator_outcomes: Annotated[Literal["realistic", "steered"], BeforeValidator(_lower)] = "realistic"
    """`steered`: the number decides what becomes of its SMS."""
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = "text"

    @property
    def mode(self) -> Mode:
        return "live" if self.username else "practice"

    @property
    def countries(self) -> frozenset[str] | None:
        """Where people may be written to; None: everywhere."""
        if self.allowed_countries == ANY_COUNTRY:
            return None
        return frozenset((self.allowed_countries or self.home_country).split(","))

    @property
    def has_sign_in(self) -> bool:
        """Somebody checks who looks: this console through OIDC, or a proxy in front."""
        return bool(self.oidc_metadata_url or self.trusted_user_header)

    def base_urls(self) -> dict[str, str]:
        """The API's base address for each key: eu, de2, de1."""
        return {"eu": self.eu_url, "de2": self.de2_url, "de1": self.de1_url}

    def make_data_dir(self) -> None:
        """Create the data folder, readable by this user alone; one that exists is left as it is."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"{PREFIX}DATA_DIR: the folder {self.data_dir} cannot be used ({error.strerror})."
            ) from error
        if not os.access(self.data_dir, os.W_OK | os.X_OK):
            raise ConfigurationError(
                f"{PREFIX}DATA_DIR: the user who starts this program may not write in the folder {self.data_dir}."
            )

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        _both_or_neither(self, ("username", "password"), "The login is half configured")
        _both_or_neither(self, OIDC, "Sign-in is half configured")
        if self.oidc_metadata_url and self.trusted_user_header:
            raise ValueError(
                f"{PREFIX}OIDC_METADATA_URL and {PREFIX}TRUSTED_USER_HEADER are two ways to sign in: choose one."
            )
        if wrong := mistaken(self.base_urls()):
            raise ValueError(f"{PREFIX}{wrong[0].upper()}_URL is the address of {wrong[1]}: each has one of its own.")
        if self.username and self.simulator_url:
            raise ValueError(
                f"{PREFIX}SIMULATOR_URL is for practice, and {PREFIX}USERNAME asks for live use: remove one."
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings


def load() -> Settings:
    """The settings of this process, from the environment and `.env`.

    Raises ConfigurationError with one sentence that names the variable, and never shows a value.
    """
    given = _given()
    _refuse_unknown(given)
    from_files = _from_files(given)
    try:
        return Settings(**from_files)
    except ValidationError as error:
        raise ConfigurationError(_sentence(error)) from None


def _given() -> dict[str, str]:
    """All our variables, by their names in capitals; the environment wins over `.env`."""
    try:
        _refuse_half_lines(ENV_FILE)
        file = {name: value or "" for name, value in dotenv_values(ENV_FILE, encoding="utf-8").items()}
    except OSError as error:
        raise ConfigurationError(f"The file {ENV_FILE} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"The file {ENV_FILE} is not text in UTF-8.") from None
    for name in sorted(name for name in file.keys() - os.environ.keys() if name.startswith("STREAMLIT_")):
        raise ConfigurationError(f"{name} has no effect in the file {ENV_FILE}: put it into the environment.")
    both = {**file, **os.environ}
    given = {name.upper(): value for name, value in both.items() if name.upper().startswith(PREFIX)}
    for name, value in given.items():
        # The system hands over bytes; those that are no text come as characters that cannot be encoded again.
        if not value.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ConfigurationError(f"{name}: it is not text in UTF-8.")
    return given


def _refuse_half_lines(name: str) -> None:
    """What the reader of the file would leave out with a warning: a missing `=`, a quote that is never closed."""
    path = Path(name)
    with path.open(encoding="utf-8") if path.is_file() else io.StringIO() as file:
        for binding in parse_stream(file):
            if binding.error:
                raise ConfigurationError(f"The file {name}: line {binding.original.line} is not understood.")


def _known() -> list[str]:
    return [PREFIX + name.upper() for name in Settings.model_fields] + [
        f"{PREFIX}{name.upper()}_FILE" for name in FROM_FILES
    ]


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = _known()
    for name in sorted(given.keys() - set(known)):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ConfigurationError(f"{name} is not a setting of this program.{hint}")


def _from_files(given: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for field in FROM_FILES:
        name = PREFIX + field.upper()
        path = given.get(f"{name}_FILE")
        if not path:
            continue
        if given.get(name):
            raise ConfigurationError(f"{name} and {name}_FILE are both set: remove one.")
        try:
            values[field] = Path(path).read_text("utf-8").rstrip("\r\n")
        except OSError as error:
            raise ConfigurationError(f"{name}_FILE: the file {path} cannot be read ({error.strerror}).") from None
        except UnicodeDecodeError:
            raise ConfigurationError(f"{name}_FILE: the file {path} is not text in UTF-8.") from None
        if not values[field]:
            raise ConfigurationError(f"{name}_FILE: the file {path} is empty.")
    return values


def _both_or_neither(settings: Settings, names: tuple[str, ...], what: str) -> None:
    missing = [f"{PREFIX}{name.upper()}" for name in names if not getattr(settings, name)]
    if 0 < len(missing) < len(names):
        raise ValueError(f"{what}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.")


_SAID = {
    "int_parsing": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "float_parsing": "it must be a number",
    "string_pattern_mismatch": "it must be the name of a header, like X-Forwarded-Email",
}


def _sentence(error: ValidationError) -> str:
    # A failed default only repeats what its own cause already says.
    first = next(
        (found for found in error.errors(include_input=False) if found["type"] != "default_factory_not_called"),
        error.errors(include_input=False)[0],
    )
    said = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return said
    name = f"{PREFIX}{str(first['loc'][0]).upper()}"
    context = first.get("ctx", {})
    match first["type"]:
        case "literal_error":
            said = f"it must be one of {str(context['expected']).replace(chr(39), '').replace(' or ', ', ')}"
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            said = said.replace("Input should be", "it must be")
        case kind:
            said = _SAID.get(kind, said)
    return f"{name}: {said}."
