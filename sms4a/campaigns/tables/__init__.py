"""The database tables. Times are epoch milliseconds UTC (`…_ts`); ids people see in addresses are random."""

from sms4a.campaigns.tables.base import metadata
from sms4a.campaigns.tables.campaigns import (
    IS_DEAD,
    IS_LEFT_OUT,
    campaign,
    counter,
    decision,
    look,
    recipient,
    recipient_number,
    repeat,
    submission,
)
from sms4a.campaigns.tables.lists import (
    ROW_IS_LEFT_OUT,
    contact_list,
    draft,
    list_file,
    list_row,
    mended_file,
    message_template,
)
from sms4a.campaigns.tables.results import job, sms_status
from sms4a.campaigns.tables.rules import audit, opt_out, opt_out_removal, own_number, price, spending
from sms4a.campaigns.tables.sending import address, installation, sender, worker

__all__ = [
    "IS_DEAD", "IS_LEFT_OUT", "ROW_IS_LEFT_OUT", "address", "audit", "campaign", "contact_list", "counter",
    "decision", "draft", "installation", "job", "list_file", "list_row", "look", "mended_file", "message_template",
    "metadata", "opt_out", "opt_out_removal", "own_number", "price", "recipient", "recipient_number", "repeat",
    "sender", "sms_status", "spending", "submission", "worker",
]  # fmt: skip
