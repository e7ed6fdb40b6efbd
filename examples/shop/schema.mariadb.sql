-- The same web shop for MariaDB.
CREATE TABLE customers (
  id         bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email      varchar(190) NOT NULL UNIQUE,
  name       varchar(190) NOT NULL,
  country    char(2) NOT NULL DEFAULT 'DE',
  created_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE = InnoDB;

CREATE TABLE products (
  id       bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku      varchar(40) NOT NULL UNIQUE,
  title    varchar(190) NOT NULL,
  price    decimal(10, 2) NOT NULL CHECK (price >= 0),
  stock    integer NOT NULL DEFAULT 0 CHECK (stock >= 0)
) ENGINE = InnoDB;

CREATE TABLE orders (
  id          bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id bigint NOT NULL,
  status      varchar(20),
  paid_at     datetime,
  created_at  datetime NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE = InnoDB;

CREATE TABLE order_items (
  order_id   bigint NOT NULL,
  product_id bigint NOT NULL,
  quantity   integer NOT NULL CHECK (quantity > 0),
  price      decimal(10, 2) NOT NULL,
  PRIMARY KEY (order_id, product_id),
  FOREIGN KEY (order_id) REFERENCES orders (id),
  FOREIGN KEY (product_id) REFERENCES products (id)
) ENGINE = InnoDB;

INSERT INTO customers (email, name, country)
SELECT CONCAT('customer', seq, '@example.org'), CONCAT('Customer ', seq), ELT(1 + seq % 4, 'DE', 'FR', 'NL', 'PL')
FROM seq_1_to_200;

INSERT INTO products (sku, title, price, stock)
SELECT CONCAT('SKU-', LPAD(seq, 4, '0')), CONCAT('Product ', seq), seq % 90 + 9.99, 100 + seq FROM seq_1_to_50;

-- Incident INC-4711: orders imported in March arrived without a status.
INSERT INTO orders (customer_id, status, paid_at, created_at)
SELECT 1 + seq % 200, CASE WHEN seq % 5 = 0 THEN NULL ELSE 'paid' END,
       '2026-03-01 12:00:00' + INTERVAL seq HOUR, '2026-03-01 11:30:00' + INTERVAL seq HOUR
FROM seq_1_to_1000;

INSERT INTO order_items (order_id, product_id, quantity, price)
SELECT seq, 1 + seq % 50, 1 + seq % 3, seq % 90 + 9.99 FROM seq_1_to_1000;
