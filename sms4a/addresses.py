"""The API's addresses, as Retarus publishes them, and the keys by which everything here names them."""

EU_URL = "https://sms4a.eu.retarus.com/rest/v1"
DE2_URL = "https://sms4a.de2.retarus.com/rest/v1"
DE1_URL = "https://sms4a.de1.retarus.com/rest/v1"

CENTRES = ("de2", "de1")
"""The data centres, the primary one first. Each knows only its own jobs; `eu` only takes jobs."""

ADDRESSES = ("eu", *CENTRES)
