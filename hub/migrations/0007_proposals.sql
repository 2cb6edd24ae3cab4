-- Facts about guides, such as proposals, are found without asking every guide's feed. With IF NOT EXISTS, so that a large
-- chain can make it beforehand without stopping writers (docs/scale.md). The predicate's text is that of the query.
CREATE INDEX IF NOT EXISTS entity_about_guides ON entity (guide_id, id) WHERE customer_id = '@guide';
