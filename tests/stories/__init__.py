"""Stories in business words."""
