-- What the whole SOP engine needs: ranks of shops, guides' days off, loans of customers to deputies.

ALTER TABLE store ADD COLUMN tier TEXT NOT NULL DEFAULT '';     -- A, B, C, or '' where the shop has no rank
ALTER TABLE guide ADD COLUMN days_off TEXT NOT NULL DEFAULT ''; -- such as 'Wed,Sun'

-- A customer whose dues are handed to a deputy. The facts say who lends what to whom until when; a row says which
-- customers must be looked at, and how far the two feeds have been brought together.
CREATE TABLE loan (
    customer_id TEXT   NOT NULL,
    deputy_id   TEXT   NOT NULL,
    until_on    TEXT   NOT NULL,    -- the last day, YYYY-MM-DD
    ended       BIGINT NOT NULL,    -- 1: the deputy's copies are gone; what the deputy sends late is still taken in
    n_changes   BIGINT NOT NULL,    -- grows with every change on either side
    n_carried   BIGINT NOT NULL,    -- the count up to which both sides agree
    PRIMARY KEY (customer_id, deputy_id)
);
CREATE INDEX loan_by_deputy ON loan (deputy_id);
