"""What a person at the page causes, without the page: intents in the database; workers do everything else."""

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.store import Store
from tests.builders import customers_csv
from tests.waiting import until


def released(store: Store, rows: int, size: int, *, patience_s: float = 30) -> Campaign:
    """A campaign to so many people whose Send button was pressed, once the workers have prepared it."""
    listed = store.lists.create("people.csv", customers_csv(rows, duplicates=0, bad=0), "ann")
    until(lambda: (found := store.lists.get(listed.id)) and found.state == "checked", seconds=patience_s)
    draft = store.drafts.create("ann")
    changes = {"name": "Autumn", "text": "Hallo {Vorname}", "options": CampaignOptions(), "list_id": listed.id}
    draft = store.drafts.save(draft.id, draft.version, actor="ann", **changes)
    campaign_id = store.ledger.prepare(draft.id, draft.version, "ann", submission_size=size)
    until(lambda: (c := store.ledger.campaign(campaign_id)) and c.state is CampaignState.PREPARED, seconds=patience_s)
    prepared = store.ledger.campaign(campaign_id)
    assert prepared is not None
    assert prepared.fingerprint is not None
    store.ledger.send(campaign_id, prepared.fingerprint, "ann")
    return prepared
