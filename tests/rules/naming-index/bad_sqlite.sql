-- engine: sqlite
CREATE INDEX by_day ON orders (day);
