"""What became of campaigns, jobs and people: what their pages share."""
