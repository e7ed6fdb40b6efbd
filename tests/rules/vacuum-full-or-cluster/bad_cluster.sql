-- in_transaction: no
CLUSTER orders USING orders_pkey;
