-- Who has a phone number, asked when a guide enters a lead. With IF NOT EXISTS, so that a large chain can make it
-- beforehand without stopping writers (docs/scale.md).
CREATE INDEX IF NOT EXISTS customer_by_phone ON entity (json_extract(body, '$.phone'))
    WHERE kind = 'customer' AND deleted = 0;
