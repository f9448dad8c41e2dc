"""The API's addresses, as Retarus publishes them, and the keys by which everything here names them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

EU_URL = "https://sms4a.eu.retarus.com/rest/v1"
DE2_URL = "https://sms4a.de2.retarus.com/rest/v1"
DE1_URL = "https://sms4a.de1.retarus.com/rest/v1"

CENTRES = ("de2", "de1")
"""The data centres, the primary one first. Each knows only its own jobs; `eu` only takes jobs."""

ADDRESSES = ("eu", *CENTRES)

_PUBLISHED = {urlsplit(url).hostname: key for key, url in (("eu", EU_URL), ("de2", DE2_URL), ("de1", DE1_URL))}


def mistaken(urls: Mapping[str, str]) -> tuple[str, str] | None:
    """A key whose base URL is that of another one, and that other key; None if nothing is known to be wrong.

    Of an address in between, such as a gateway's, nobody can tell which data centre answers there. But with one address
    for both, a job of the other would never be found, and absence would prove nothing.
    """
    for key, url in urls.items():
        published = _PUBLISHED.get(urlsplit(url).hostname, key)
        if published != key:
            return key, published
    first, second = CENTRES
    return (second, first) if urls[first] == urls[second] else None
