"""Fixed language knowledge as TOML tables: one row per phrase, language or client."""
