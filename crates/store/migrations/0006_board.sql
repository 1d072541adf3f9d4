-- The board counts open cases by organ, procedure and stage, and those late or soon due, from this index alone.
DROP INDEX head_open;
CREATE INDEX head_open ON head(division, organ, procedure, stage, due, open) WHERE open = 1;
