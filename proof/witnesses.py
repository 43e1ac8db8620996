"""The four witnesses of a run: the clients' history, the databases, the topics from offset 0, the mailbox."""
