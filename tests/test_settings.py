"""Settings: what each variable takes, and the sentence for what it does not take."""

import stat
from pathlib import Path

import pytest

from sms4a.addresses import DE1_URL, DE2_URL, EU_URL
from sms4a.errors import ConfigurationError
from sms4a.settings import FROM_FILES, OIDC, Settings, load

SECRET = "0123456789abcdef0123456789abcdef"

LOGIN = {"USERNAME": "company", "PASSWORD": "secret"}
SIGN_IN = {
    "OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
    "OIDC_CLIENT_ID": "console",
    "OIDC_CLIENT_SECRET": "hush",
    "OIDC_REDIRECT_URI": "https://sms.example/oauth2callback",
    "OIDC_COOKIE_SECRET": SECRET,
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of the developer, and a data folder of the test's own."""
    monkeypatch.chdir(tmp_path)


def loaded(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"SMS4A_{name}", value)
    return load()


def test_without_any_setting_the_console_practises_on_its_own_database(tmp_path: Path) -> None:
    settings = load()
    assert settings.mode == "practice"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/practice.db"
    assert (settings.submission_size, settings.rate_per_minute, settings.send_threads) == (1000, 60_000, 4)
    assert (settings.send_via, settings.home_country, settings.worker) == ("eu", "DE", "embedded")
    assert not settings.has_sign_in


def test_with_a_login_it_is_live_on_another_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = loaded(monkeypatch, **LOGIN)
    assert settings.mode == "live"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/live.db"


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("EU_URL", "https://sms.example/rest/v1/", "eu_url", "https://sms.example/rest/v1"),
        ("DE1_URL", "http://127.0.0.1:9911/de1/rest/v1", "de1_url", "http://127.0.0.1:9911/de1/rest/v1"),
        ("SEND_VIA", "DE2", "send_via", "de2"),
        ("DATABASE_URL", "postgresql://u@h/d", "database_url", "postgresql://u@h/d"),
        ("WORKER", "off", "worker", "off"),
        ("SUBMISSION_SIZE", "1", "submission_size", 1),
        ("SUBMISSION_SIZE", "3000", "submission_size", 3000),
        ("RATE_PER_MINUTE", "600", "rate_per_minute", 600),
        ("SEND_THREADS", "16", "send_threads", 16),
        ("HOME_COUNTRY", "at", "home_country", "AT"),
        ("ALLOWED_COUNTRIES", "at, DE,at", "allowed_countries", "AT,DE"),
        ("ALLOWED_COUNTRIES", "all", "allowed_countries", "ALL"),
        ("PROXY", "http://proxy.example:3128", "proxy", "http://proxy.example:3128"),
        ("TRUSTED_USER_HEADER", "X-Forwarded-Email", "trusted_user_header", "X-Forwarded-Email"),
        ("SIMULATOR_URL", "http://127.0.0.1:9911/", "simulator_url", "http://127.0.0.1:9911"),
        ("SIMULATOR_SPEED", "20", "simulator_speed", 20.0),
        ("SIMULATOR_OUTCOMES", "steered", "simulator_outcomes", "steered"),
        ("LOG_LEVEL", "WARNING", "log_level", "warning"),
        ("LOG_FORMAT", "json", "log_format", "json"),
        ("RATE_PER_MINUTE", "", "rate_per_minute", 60_000),
    ],
)
def test_a_value_is_taken(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, attribute: str, expected: object
) -> None:
    assert getattr(loaded(monkeypatch, **{name: value}), attribute) == expected


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"USERNAME": "company"}, "The login is half configured: SMS4A_PASSWORD is missing."),
        ({"PASSWORD": "secret"}, "The login is half configured: SMS4A_USERNAME is missing."),
        ({**LOGIN, "USERNAME": "a:b"}, "SMS4A_USERNAME: it cannot contain a colon."),
        ({"EU_URL": "http://sms.example/rest/v1"}, "SMS4A_EU_URL: it must start with https://"),
        ({"DE2_URL": "sms.example"}, "SMS4A_DE2_URL: it is not a base address"),
        ({"DE2_URL": DE1_URL, "DE1_URL": DE2_URL}, "SMS4A_DE2_URL is the address of de1: each has one of its own."),
        ({"DE1_URL": EU_URL}, "SMS4A_DE1_URL is the address of eu"),
        ({"EU_URL": "https://SMS4A.de2.retarus.com/other/"}, "SMS4A_EU_URL is the address of de2"),
        ({"DE2_URL": "https://sms.example", "DE1_URL": "https://sms.example/"}, "SMS4A_DE1_URL is the address of de2"),
        ({"DE1_URL": "https://u:p@sms.example"}, "SMS4A_DE1_URL: it must not contain a login"),
        ({"SEND_VIA": "de3"}, "SMS4A_SEND_VIA: it must be one of eu, de2, de1."),
        ({"SUBMISSION_SIZE": "0"}, "SMS4A_SUBMISSION_SIZE: it must be greater than or equal to 1."),
        ({"SUBMISSION_SIZE": "3001"}, "SMS4A_SUBMISSION_SIZE: it must be less than or equal to 3000."),
        ({"SUBMISSION_SIZE": "many"}, "SMS4A_SUBMISSION_SIZE: it must be a whole number."),
        ({"RATE_PER_MINUTE": "0"}, "SMS4A_RATE_PER_MINUTE: it must be"),
        ({"SEND_THREADS": "1.5"}, "SMS4A_SEND_THREADS: it must be a whole number."),
        ({"SIMULATOR_SPEED": "fast"}, "SMS4A_SIMULATOR_SPEED: it must be a number."),
        ({"ALLOWED_COUNTRIES": "DE,XX"}, "SMS4A_ALLOWED_COUNTRIES: it must be the two letters of a country, like DE."),
        ({"HOME_COUNTRY": "Germany"}, "SMS4A_HOME_COUNTRY: it must be the two letters of a country, like DE."),
        ({"WORKER": "yes"}, "SMS4A_WORKER: it must be one of embedded, off."),
        ({"DATABASE_URL": "mysql://h/d"}, "SMS4A_DATABASE_URL: it must begin with sqlite:/// or postgresql://."),
        ({"PROXY": "proxy.example"}, "SMS4A_PROXY: it is not an address such as http://proxy.example:3128."),
        ({"PROXY": "http://proxy.example:99999"}, "SMS4A_PROXY: it is not an address."),
        ({"SIMULATOR_SPEED": "0.0001"}, "SMS4A_SIMULATOR_SPEED: it must be greater than or equal to 0.001."),
        ({"CA_FILE": "nowhere.pem"}, "SMS4A_CA_FILE: there is no file nowhere.pem."),
        ({"CA_FILE": __file__}, f"SMS4A_CA_FILE: the file {__file__} holds no certificates in PEM format."),
        ({"LOG_LEVEL": "loud"}, "SMS4A_LOG_LEVEL: it must be one of debug, info, warning, error."),
        ({"TRUSTED_USER_HEADER": "X User"}, "SMS4A_TRUSTED_USER_HEADER: it must be the name of a header"),
        ({**SIGN_IN, "OIDC_COOKIE_SECRET": "short"}, "SMS4A_OIDC_COOKIE_SECRET: it must have at least 32 characters"),
        ({**SIGN_IN, "OIDC_METADATA_URL": "login.example"}, "SMS4A_OIDC_METADATA_URL: it must be an address such as"),
        ({**SIGN_IN, "OIDC_REDIRECT_URI": "https://sms.example"}, "SMS4A_OIDC_REDIRECT_URI: it must be the console's"),
        (
            {**SIGN_IN, "TRUSTED_USER_HEADER": "X-User"},
            "SMS4A_OIDC_METADATA_URL and SMS4A_TRUSTED_USER_HEADER are two ways to sign in: choose one.",
        ),
        (
            {**LOGIN, "SIMULATOR_URL": "http://127.0.0.1:1"},
            "SMS4A_SIMULATOR_URL is for practice, and SMS4A_USERNAME asks for live use: remove one.",
        ),
        ({"PASWORD": "x"}, "SMS4A_PASWORD is not a setting of this program. Did you mean SMS4A_PASSWORD?"),
        ({"COLOUR": "x"}, "SMS4A_COLOUR is not a setting of this program."),
        ({"CA_FILE_FILE": "x"}, "SMS4A_CA_FILE_FILE is not a setting of this program."),
        ({**LOGIN, "PASSWORD": "caf\udce9"}, "SMS4A_PASSWORD: it is not text in UTF-8."),
        ({"PASSWORD_FILE": "nowhere"}, "SMS4A_PASSWORD_FILE: the file nowhere cannot be read (No such"),
    ],
)
def test_a_value_that_is_not_understood_stops_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded(monkeypatch, **values)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("missing", [name.upper() for name in OIDC])
def test_half_a_sign_in_never_opens_the_console(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    values = {name: value for name, value in SIGN_IN.items() if name != missing}
    with pytest.raises(ConfigurationError, match=f"Sign-in is half configured: SMS4A_{missing} is missing"):
        loaded(monkeypatch, **values)


def test_a_complete_sign_in_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, **SIGN_IN).has_sign_in


def test_the_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.joinpath(".env").write_text("SMS4A_HOME_COUNTRY=AT\nSMS4A_SEND_VIA=de1\nOTHER=1\n", "utf-8")
    settings = loaded(monkeypatch, SEND_VIA="de2")
    assert (settings.home_country, settings.send_via) == ("AT", "de2")


def test_an_env_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    tmp_path.joinpath(".env").write_text("SMS4A_PASSWORD=café\n", "latin-1")
    with pytest.raises(ConfigurationError, match="not text in UTF-8"):
        load()


@pytest.mark.parametrize("line", ["SMS4A_HOME_COUNTRY AT", 'SMS4A_PASSWORD="half'])
def test_a_line_of_the_env_file_that_is_not_understood_is_named(tmp_path: Path, line: str) -> None:
    tmp_path.joinpath(".env").write_text(f"# Ours\nSMS4A_SEND_VIA=de1\n{line}\n", "utf-8")
    with pytest.raises(ConfigurationError, match="line 3 is not understood"):
        load()


def test_what_has_no_effect_in_the_env_file_is_refused_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.joinpath(".env").write_text("STREAMLIT_SERVER_ADDRESS=0.0.0.0\n", "utf-8")
    with pytest.raises(ConfigurationError, match="STREAMLIT_SERVER_ADDRESS has no effect"):
        load()
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    load()


def test_a_data_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    with pytest.raises(ConfigurationError, match=r"SMS4A_DATA_DIR: the user .* may not write in the folder"):
        load().make_data_dir()


def test_an_unknown_name_in_the_env_file_is_refused(tmp_path: Path) -> None:
    tmp_path.joinpath(".env").write_text("SMS4A_USER=company\n", "utf-8")
    with pytest.raises(ConfigurationError, match="SMS4A_USER is not a setting"):
        load()


@pytest.mark.parametrize("field", FROM_FILES)
def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, field: str) -> None:
    value = {"database_url": "postgresql://u@h/d", "proxy": "http://p.example"}.get(field, SECRET)
    tmp_path.joinpath("secret").write_text(f"{value}\n", "utf-8")
    rest = {name: v for name, v in {**LOGIN, **SIGN_IN}.items() if name != field.upper()}
    settings = loaded(monkeypatch, **rest, **{f"{field.upper()}_FILE": str(tmp_path / "secret")})
    found = getattr(settings, field)
    assert (found.get_secret_value() if hasattr(found, "get_secret_value") else found) == value


def test_a_secret_both_ways_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.joinpath("secret").write_text("a", "utf-8")
    with pytest.raises(ConfigurationError, match="SMS4A_PASSWORD and SMS4A_PASSWORD_FILE are both set"):
        loaded(monkeypatch, **LOGIN, PASSWORD_FILE=str(tmp_path / "secret"))


def test_an_empty_secret_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.joinpath("secret").write_text("\n", "utf-8")
    with pytest.raises(ConfigurationError, match="is empty"):
        loaded(monkeypatch, USERNAME="company", PASSWORD_FILE=str(tmp_path / "secret"))


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {**LOGIN, **SIGN_IN, "DATABASE_URL": "postgresql://u:topsecret@h/d", "PROXY": "http://u:topsecret@p"}
    shown = repr(loaded(monkeypatch, **values))
    assert not any(secret in shown for secret in ("topsecret", "hush", SECRET, "'secret'"))


def test_a_refused_secret_is_not_shown_either(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded(monkeypatch, **SIGN_IN | {"OIDC_COOKIE_SECRET": "topsecret"})
    assert "topsecret" not in str(refused.value)


def test_the_data_folder_is_for_this_user_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = loaded(monkeypatch, DATA_DIR=str(tmp_path / "new" / "data"))
    settings.make_data_dir()
    assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700


def test_a_data_folder_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("", "utf-8")
    with pytest.raises(ConfigurationError, match=r"SMS4A_DATA_DIR: the folder .* cannot be used"):
        loaded(monkeypatch, DATA_DIR=str(tmp_path / "file" / "data")).make_data_dir()


@pytest.mark.parametrize(
    ("given", "countries"),
    [
        ({}, {"DE"}),
        ({"home_country": "AT"}, {"AT"}),
        ({"allowed_countries": "AT,DE"}, {"AT", "DE"}),
        ({"allowed_countries": "ALL"}, None),
    ],
)
def test_people_of_the_home_country_may_be_written_to_unless_others_are_named(
    given: dict[str, str], countries: set[str] | None
) -> None:
    assert Settings(_env_file=None, **given).countries == countries  # type: ignore[call-arg,arg-type]
