"""What a worker does with lists and drafts, by its own steps and with no worker running."""

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.lists.list_records import ContactList
from sms4a.campaigns.sending.plan import Planner
from sms4a.campaigns.store import Store


def read(store: Store, list_id: str) -> ContactList:
    """The list, once all that wait are read."""
    while store.lists.check_next("worker"):
        pass
    found = store.lists.get(list_id)
    assert found is not None
    return found


def planned(store: Store, draft_id: str, *, size: int = 1000) -> Campaign:
    """What this draft has become as it stands now, ready to be sent unless something is wrong with it."""
    draft = store.drafts.get(draft_id)
    assert draft is not None
    campaign_id = store.ledger.prepare(draft.id, draft.version, "ann", submission_size=size)
    while Planner(store.database).plan_next("worker"):
        pass
    found = store.ledger.campaign(campaign_id)
    assert found is not None
    return found
