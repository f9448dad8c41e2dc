"""The fixtures of pages, for what surrounds them."""

from tests.pages.conftest import open_page, page_settings, page_store

__all__ = ["open_page", "page_settings", "page_store"]
