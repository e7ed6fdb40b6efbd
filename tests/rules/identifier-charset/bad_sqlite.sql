-- engine: sqlite
CREATE TABLE "2nd" (id integer PRIMARY KEY);
