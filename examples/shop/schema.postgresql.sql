-- A small web shop. Applied once by whoever owns the database; changes afterwards go through dbw.
CREATE TABLE customers (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email      text NOT NULL UNIQUE,
  name       text NOT NULL,
  country    text NOT NULL DEFAULT 'DE',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE products (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku      text NOT NULL UNIQUE,
  title    text NOT NULL,
  price    numeric(10, 2) NOT NULL CHECK (price >= 0),
  stock    integer NOT NULL DEFAULT 0 CHECK (stock >= 0)
);

CREATE TABLE orders (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  status      text,
  paid_at     timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE order_items (
  order_id   bigint NOT NULL REFERENCES orders (id),
  product_id bigint NOT NULL REFERENCES products (id),
  quantity   integer NOT NULL CHECK (quantity > 0),
  price      numeric(10, 2) NOT NULL,
  PRIMARY KEY (order_id, product_id)
);

INSERT INTO customers (email, name, country)
SELECT 'customer' || n || '@example.org', 'Customer ' || n, (ARRAY['DE', 'FR', 'NL', 'PL'])[1 + n % 4]
FROM generate_series(1, 200) AS n;

INSERT INTO products (sku, title, price, stock)
SELECT 'SKU-' || lpad(n::text, 4, '0'), 'Product ' || n, (n % 90) + 9.99, 100 + n
FROM generate_series(1, 50) AS n;

-- Incident INC-4711: orders imported in March arrived without a status.
INSERT INTO orders (customer_id, status, paid_at, created_at)
SELECT 1 + n % 200,
       CASE WHEN n % 5 = 0 THEN NULL ELSE 'paid' END,
       timestamptz '2026-03-01 12:00:00Z' + n * interval '1 hour',
       timestamptz '2026-03-01 11:30:00Z' + n * interval '1 hour'
FROM generate_series(1, 1000) AS n;

INSERT INTO order_items (order_id, product_id, quantity, price)
SELECT n, 1 + n % 50, 1 + n % 3, (n % 90) + 9.99 FROM generate_series(1, 1000) AS n;
