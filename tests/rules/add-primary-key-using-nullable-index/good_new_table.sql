CREATE TABLE notes (id bigint);
CREATE UNIQUE INDEX notes_id ON notes (id);
ALTER TABLE notes ADD PRIMARY KEY USING INDEX notes_id;
