-- One statement text for SQLite and PostgreSQL: TEXT and BIGINT only, no NULL, no sequences, no database time.
-- Whatever decides the order of changes is a counter row, locked by the transaction that writes.

CREATE TABLE guide_feed (
    guide_id   TEXT   NOT NULL PRIMARY KEY, -- a guide's id, '@shared' or '@pool'
    epoch      TEXT   NOT NULL,
    head       BIGINT NOT NULL,
    floor      BIGINT NOT NULL,
    n_live     BIGINT NOT NULL,
    digest     TEXT   NOT NULL,             -- 16 hexadecimal digits
    digest_key TEXT   NOT NULL              -- 32 hexadecimal digits
);

CREATE TABLE entity (
    guide_id    TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    customer_id TEXT   NOT NULL,            -- '' where no customer is concerned
    seq         BIGINT NOT NULL,
    rev         BIGINT NOT NULL,
    deleted     BIGINT NOT NULL,            -- 1: a tombstone, with an empty body
    body        TEXT   NOT NULL,            -- byte for byte as it is sent
    PRIMARY KEY (guide_id, kind, id)
);
CREATE INDEX entity_by_seq ON entity (guide_id, seq);
CREATE INDEX entity_by_customer ON entity (guide_id, customer_id);

CREATE TABLE applied_ops (
    guide_id  TEXT   NOT NULL,
    op_id     TEXT   NOT NULL,
    hash      TEXT   NOT NULL,
    answer    TEXT   NOT NULL,              -- byte for byte as it was given
    final     BIGINT NOT NULL,              -- 0: refused for a reason that can pass, judged again when it comes again
    device_id TEXT   NOT NULL,
    at        TEXT   NOT NULL,
    PRIMARY KEY (guide_id, op_id)
);

-- The directory of headquarters: who serves whom. Never read in the sync path of a terminal.
CREATE TABLE customer_owner (
    customer_id TEXT NOT NULL PRIMARY KEY,
    guide_id    TEXT NOT NULL
);
CREATE INDEX customer_owner_by_guide ON customer_owner (guide_id);

CREATE TABLE sale (
    purchase_id TEXT NOT NULL PRIMARY KEY,  -- of a purchase with a sale number
    customer_id TEXT NOT NULL
);

CREATE TABLE store (
    id    TEXT NOT NULL PRIMARY KEY,
    name  TEXT NOT NULL,
    phone TEXT NOT NULL
);

CREATE TABLE guide (
    id       TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    store_id TEXT NOT NULL
);

CREATE TABLE device (
    id         TEXT   NOT NULL PRIMARY KEY,
    token_hash TEXT   NOT NULL UNIQUE,
    guide_id   TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    training   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,             -- seconds since 1970
    seen_at    BIGINT NOT NULL,             -- to ten minutes; 0: never
    revoked_at BIGINT NOT NULL              -- 0: not revoked
);
CREATE INDEX device_by_guide ON device (guide_id);

CREATE TABLE enroll_code (
    locator     TEXT   NOT NULL PRIMARY KEY, -- the first half of the code
    secret_hash TEXT   NOT NULL,             -- of the whole code
    guide_id    TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    expires_at  BIGINT NOT NULL,             -- seconds since 1970
    n_tries     BIGINT NOT NULL,
    used_at     BIGINT NOT NULL              -- 0: not used
);

CREATE TABLE publication (
    kind         TEXT   NOT NULL,            -- plan or template
    id           TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    source       TEXT   NOT NULL,            -- the file as it was published
    published_at BIGINT NOT NULL,            -- seconds since 1970
    PRIMARY KEY (kind, id, version)
);
