"""From a draft to a balanced report: the ledger, the sender, and what the pages may ask of them."""
