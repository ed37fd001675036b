"""The pages on kinds of events, docs/events/, made from specs, catalogue and what the rules make of small scenes."""
