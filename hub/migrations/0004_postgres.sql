
-- Heads change with every push: room on their pages keeps those updates out of the index.
ALTER TABLE guide_feed SET (fillfactor = 50);
