-- What rotation of tokens, revocation within seconds, snapshots by keys and support need.

ALTER TABLE device ADD COLUMN token_at BIGINT NOT NULL DEFAULT 0;   -- when its token was made, seconds since 1970
ALTER TABLE device ADD COLUMN next_hash TEXT NOT NULL DEFAULT '';   -- of the token that takes its place with its first use
ALTER TABLE device ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;    -- when that one was made
UPDATE device SET token_at = created_at;
CREATE INDEX device_by_next ON device (next_hash);

-- One row. It grows with every revocation, so that every process may remember tokens and yet hear of them.
CREATE TABLE revocation (
    id BIGINT NOT NULL PRIMARY KEY,
    n  BIGINT NOT NULL
);
INSERT INTO revocation (id, n) VALUES (1, 0);

-- How far each terminal had read when it last asked, to a minute. For support alone: nothing is decided by it.
CREATE TABLE device_cursor (
    guide_id  TEXT   NOT NULL,
    device_id TEXT   NOT NULL,
    feed      TEXT   NOT NULL,  -- guide or shared
    epoch     TEXT   NOT NULL,
    seq       BIGINT NOT NULL,
    at        BIGINT NOT NULL,  -- seconds since 1970
    PRIMARY KEY (guide_id, device_id, feed)
);

-- With IF NOT EXISTS, so that a large chain can make it beforehand without stopping writers (docs/scale.md). It serves
-- what entity_by_customer served too.
CREATE INDEX IF NOT EXISTS entity_by_key ON entity (guide_id, customer_id, kind, id);
DROP INDEX entity_by_customer;
