DROP TABLE orders_retired_20261128;
