CREATE TABLE countries (id bigint PRIMARY KEY, code text UNIQUE);
CREATE TABLE tags (id uuid PRIMARY KEY);
