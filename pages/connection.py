"""Connection: mode, addresses, account, sender and data; the test whether Retarus answers."""

import pandas as pd
import streamlit as st

from sms4a.addresses import CENTRES
from sms4a.campaigns.results.jobs import AddressHealth
from sms4a.connection import Connection, Finding
from sms4a.console import runtime, widgets, wording
from sms4a.console.wording import _

store = runtime.store()
settings = runtime.settings()
practice = runtime.mode() == "practice"


def mode_sentence() -> str:
    if practice:
        return _(
            "**Practice mode.** Everything works as it does live, but a simulator answers and no message "
            "reaches a phone. To go live, your administrator sets SMS4A_USERNAME and SMS4A_PASSWORD and "
            "restarts the console."
        )
    return _("**This console is live.** What you send goes to real phones and is billed to your account.")


def address_of(key: str) -> str:
    """As code, because Markdown would make it a link; nobody can open it."""
    if practice and not settings.simulator_url:
        return _("built-in simulator")
    url = f"{settings.simulator_url}/{key}/rest/v1" if practice else settings.base_urls()[key]
    return f"`{url}`"


def use_of(key: str) -> str:
    uses = [_("takes new messages")] if key == settings.send_via else []
    uses += [_("gives results")] if key in CENTRES else []
    return wording.listing(uses) if uses else _("takes new messages if the others fail")


def state_of(health: AddressHealth | None, *, refused: bool) -> str:
    """`refused`: it answers, and turns our login away."""
    if health is None or (health.ok_ts is None and health.failing_ts is None):
        return _("Not asked yet")
    if health.failing_ts is not None:
        silent = _("No answer since {time}").format(time=wording.at(health.failing_ts))
        return f":orange-badge[:material/warning: {silent}]"
    answered = _("Answered at {time}").format(time=wording.at(health.ok_ts))
    if refused:
        return f":orange-badge[:material/warning: {answered}] {_('but refused the login')}"
    return f":green-badge[:material/check_circle: {answered}]"


def test() -> None:
    """The answers stay on the page until the next test, with their age."""
    client = runtime.client()
    if client is not None:
        answers = client.test_connection()
        st.session_state["connection_test"] = {
            "ts": runtime.now_ts(),
            "rows": [(key, found.finding is not Finding.WORKS, said(found)) for key, found in answers.items()],
            "refused": any(found.finding is Finding.WRONG_LOGIN for found in answers.values()),
        }


def said(found: Connection) -> str:
    if found.finding is Finding.WORKS:
        return _("It answers ({ms} ms).").format(ms=wording.number(found.elapsed_ms))
    return wording.connection_finding(found.finding)


def result() -> None:
    found = st.session_state.get("connection_test")
    if not found:
        return
    lines = "\n".join(f"- **{key}**: {sentence}" for key, _bad, sentence in found["rows"])
    asked = _("Asked {time}.").format(time=wording.moment(found["ts"], seconds=True))
    body = f"{lines}\n\n{asked}"
    bad = sum(is_bad for _key, is_bad, _sentence in found["rows"])
    if not bad:
        st.success(body, title=_("Every address answers and the login is accepted"))
    elif found["refused"]:
        st.error(body, title=_("Retarus does not accept the login"))
    elif bad == len(found["rows"]):
        st.error(body, title=_("The connection does not work"))
    else:
        st.warning(body, title=_("A part of the connection does not work"))


@st.fragment(run_every="10s")
def now() -> None:
    state = store.brakes.state()
    if not state.workers_alive:
        st.warning(
            _("What you send waits in the database until it runs. Start this console with SMS4A_WORKER=embedded, "
              "or run: python -m sms4a worker"),
            title=_("The sending service is not running"),
        )  # fmt: skip
    widgets.section(
        _("Addresses"), _("**Each address and when it last answered.** Results come from both data centres.")
    )
    healths = {health.key: health for health in store.jobs.addresses()}
    refusing = [key for key, health in healths.items() if health.refuses]
    refusing += [settings.send_via] if state.hold_code == "login" else []
    widgets.table(
        pd.DataFrame(
            [
                (key, address_of(key), use_of(key), state_of(healths.get(key), refused=key in refusing))
                for key in settings.base_urls()
            ],
            columns=[_("Name"), _("Address"), _("Used for"), _("State")],
        ),
        alt=_("The addresses of the API"),
        markdown=[_("Address"), _("State")],
        key="connection_addresses",
    )
    widgets.section(_("This console"))
    widgets.fields(facts(state.workers_alive), alt=_("Account, sending and data of this console"), width=720)


def countries() -> str:
    allowed = settings.countries
    return _("every country") if allowed is None else wording.listing(sorted(map(wording.country, allowed)))


def facts(workers: int) -> list[tuple[str, str]]:
    running = wording.ngettext("{n} is running", "{n} are running", workers).format(n=wording.number(workers))
    return [
        (_("Account"), settings.username or _("none, practice needs no account")),
        (_("Sending services"), running),
        (_("People in one hand-over"), wording.number(settings.submission_size)),
        (_("People per minute, at most"), wording.number(settings.rate_per_minute)),
        (_("Home country"), wording.country(settings.home_country)),
        (_("Countries you may send to"), countries()),
        (_("Data"), store.database.place),
        (_("You are"), _("the person at this computer") if runtime.actor() == runtime.LOCAL else runtime.actor()),
    ]


with widgets.page_head(_("Connection"), wording.mode(runtime.mode())):
    st.button(
        _("Test the connection"), on_click=test, type="primary", icon=":material/network_check:", key="connection_ask",
        disabled=runtime.client() is None,
        help=None if runtime.client() else _("This console only shows pages; whoever sends for it can ask."),
    )  # fmt: skip
st.markdown(mode_sentence())
result()
now()
