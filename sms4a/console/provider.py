"""The sign-in provider, asked beforehand: otherwise a wrong address shows only when the first person signs in."""

import requests

TIMEOUT_S = 10
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def trouble(metadata_url: str) -> str | None:
    """Why nobody could sign in there; None if what answers describes itself as a provider."""
    try:
        answer = requests.get(metadata_url, timeout=TIMEOUT_S)
        answer.raise_for_status()
        told = answer.json()
    except requests.HTTPError:
        return f"it answers with status {answer.status_code}"
    except requests.JSONDecodeError:
        told = None
    except requests.RequestException as error:
        return f"it does not answer ({type(error).__name__})"
    if not isinstance(told, dict) or not all(told.get(name) for name in _NEEDED):
        return "what answers there is no sign-in provider"
    return None
