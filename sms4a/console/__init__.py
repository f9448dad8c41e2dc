"""What the pages share: frame, runtime, words, widgets, charts."""
