"""The launcher: `uv run streamlit run streamlit_app.py`.

Streamlit reads this file's syntax tree to find the app, so it is assigned here, by name. The script it runs lies in
another folder than `pages/`: beside them, a first visit to a page's address would run that page without the sign-in.
"""

import streamlit as st

from sms4a.console import launch

process = launch.opened()

app = st.App(
    "sms4a/console/frame.py",
    lifespan=launch.lifespan(process),
    routes=launch.ROUTES,
    on_script_error=launch.say_sorry,
    secrets=launch.sign_in_secrets(process.settings),
)
