-- When a tombstone was made, so that it can go in its time; 0 where an older version made it.
ALTER TABLE entity ADD COLUMN deleted_at BIGINT NOT NULL DEFAULT 0; -- seconds since 1970, on the hub's real clock
-- With IF NOT EXISTS, so that a large chain can make them beforehand without stopping writers (docs/scale.md).
CREATE INDEX IF NOT EXISTS entity_tombstones ON entity (guide_id, seq) WHERE deleted = 1;
CREATE INDEX IF NOT EXISTS applied_ops_by_at ON applied_ops (guide_id, at);
