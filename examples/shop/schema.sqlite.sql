-- The same web shop for SQLite.
CREATE TABLE customers (
  id         INTEGER PRIMARY KEY,
  email      TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  country    TEXT NOT NULL DEFAULT 'DE',
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

CREATE TABLE products (
  id       INTEGER PRIMARY KEY,
  sku      TEXT NOT NULL UNIQUE,
  title    TEXT NOT NULL,
  price    INTEGER NOT NULL CHECK (price >= 0), -- cents
  stock    INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0)
) STRICT;

CREATE TABLE orders (
  id          INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  status      TEXT,
  paid_at     TEXT,
  created_at  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

CREATE TABLE order_items (
  order_id   INTEGER NOT NULL REFERENCES orders (id),
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity   INTEGER NOT NULL CHECK (quantity > 0),
  price      INTEGER NOT NULL,
  PRIMARY KEY (order_id, product_id)
) STRICT;

WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 200)
INSERT INTO customers (email, name, country)
SELECT 'customer' || n || '@example.org', 'Customer ' || n,
       CASE n % 4 WHEN 0 THEN 'DE' WHEN 1 THEN 'FR' WHEN 2 THEN 'NL' ELSE 'PL' END
FROM numbers;

WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50)
INSERT INTO products (sku, title, price, stock)
SELECT printf('SKU-%04d', n), 'Product ' || n, (n % 90) * 100 + 999, 100 + n FROM numbers;

-- Incident INC-4711: orders imported in March arrived without a status.
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
INSERT INTO orders (customer_id, status, paid_at, created_at)
SELECT 1 + n % 200, CASE WHEN n % 5 = 0 THEN NULL ELSE 'paid' END,
       datetime('2026-03-01 12:00:00', n || ' hours'), datetime('2026-03-01 11:30:00', n || ' hours')
FROM numbers;

WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
INSERT INTO order_items (order_id, product_id, quantity, price)
SELECT n, 1 + n % 50, 1 + n % 3, (n % 90) * 100 + 999 FROM numbers;
