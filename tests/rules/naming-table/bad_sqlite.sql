-- engine: sqlite
CREATE TABLE OrderItems (id integer PRIMARY KEY);
