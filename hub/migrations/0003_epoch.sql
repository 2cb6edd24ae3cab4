-- What is known of this hub as a whole. Read beside a feed and written next to never.
--   epoch            sequence numbers mean nothing under another one; every feed tells it
--   origin           PostgreSQL: the cluster, its timeline and the table in which this row stands
--   marker           SQLite: the id and the generation that the file hub.epoch beside the database holds too
--   tombstones_since seconds since 1970: when tombstones began to carry the time of their making
CREATE TABLE hub_state (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
