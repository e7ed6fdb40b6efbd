-- engine: sqlite
CREATE TABLE scratch (id INTEGER PRIMARY KEY);
DROP TABLE Scratch;
