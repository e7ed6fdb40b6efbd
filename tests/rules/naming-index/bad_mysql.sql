-- engine: mysql
CREATE INDEX by_day ON orders (day);
