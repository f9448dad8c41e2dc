"""What the page counts while somebody types is what the core counts, and what a count by hand gives."""

import base64
import json
import subprocess

import playwright._impl._driver as driver
import pytest

from sms4a.console.compose import live_text
from sms4a.filling import render
from sms4a.templates import Template
from tests.counting import compare
from tests.counting.cases import VECTORS, texts


def test_three_counters_agree_on_every_text() -> None:
    assert list(compare.differences(texts(6_000, seed=7))) == []


def test_a_counter_that_is_wrong_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = compare.by_page(VECTORS)
    monkeypatch.setattr(compare, "by_page", lambda _texts: [("gsm7", 1, 1, 159), *right[1:]])
    assert [text for text, *_ in compare.differences(VECTORS)] == [""]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Hello {first name}!", {"first name": "Anna"}),
        ("Hello {First_Name}, {first  name}", {"first name": "Jörg {store}"}),
        ("{a}{b}", {"a": "$1 $& {b}", "b": "x"}),
        ("Cafe\u0301 {Straße}", {"straße": "Köln"}),
        ("{constructor} {x}", {"constructor": "c", "x": "\\n"}),
        ("{toString} {x}", {"tostring": "t", "x": "y"}),
    ],
)
def test_values_are_put_into_the_text_as_the_core_does(text: str, values: dict[str, str]) -> None:
    keyed = json.dumps(live_text.keyed(values))
    script = f"import {{ filled }} from {json.dumps(_module())}; "
    script += f"process.stdout.write(JSON.stringify(filled({json.dumps(text)}, {keyed})))"
    node = driver.compute_driver_executable()[0]
    said = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == render(Template.parse(text), values).text


def _module() -> str:
    return "data:text/javascript;base64," + base64.b64encode(compare.COUNTER.read_bytes()).decode()
