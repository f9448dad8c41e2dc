"""What `import sms4a` offers, and what it costs."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import sms4a
from sms4a import errors

LISTING = "import sms4a, sys; print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"

# Distributions that requests and pydantic bring along.
FAMILY = {
    "sms4a",
    "requests", "urllib3", "certifi", "idna", "charset_normalizer",
    "pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection",
}  # fmt: skip


def test_importing_the_package_brings_requests_and_pydantic_and_nothing_more() -> None:
    listing = subprocess.run([sys.executable, "-c", LISTING], capture_output=True, text=True, check=True)
    bare = subprocess.run(
        [sys.executable, "-c", LISTING.replace("sms4a, ", "")], capture_output=True, text=True, check=True
    )
    loaded = set(listing.stdout.split()) - set(bare.stdout.split()) - sys.stdlib_module_names
    installed = metadata.packages_distributions()
    assert {name for name in loaded if name in installed} <= FAMILY


def test_every_exported_name_exists_and_the_list_is_sorted() -> None:
    assert [name for name in sms4a.__all__ if not hasattr(sms4a, name)] == []
    assert sms4a.__all__ == sorted(sms4a.__all__)


def test_every_error_is_exported() -> None:
    defined = {
        name for name, value in vars(errors).items() if isinstance(value, type) and value.__module__ == errors.__name__
    }
    assert defined <= set(sms4a.__all__)


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(sms4a.__file__).parent / "py.typed").exists()
