CREATE TABLE tags (id bigint PRIMARY KEY, name text);
CREATE TABLE IF NOT EXISTS tags (id bigint PRIMARY KEY, label text);
