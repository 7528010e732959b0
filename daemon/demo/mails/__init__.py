"""The invented post of one week: `post.toml` holds the words, the modules write them as mail programs do."""
