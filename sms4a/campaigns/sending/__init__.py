"""From a released campaign to accepted jobs: plan, claim, send once, find again what is unclear."""
