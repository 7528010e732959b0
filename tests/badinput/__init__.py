"""The 110 bad inputs of the threat document, each through the real way: store, killable workers, intake, outbox."""
