"""What became of the messages: statuses taken in, counted, read, and forgotten when their time is over."""
