"""A new campaign, step by step: what its pages share."""
