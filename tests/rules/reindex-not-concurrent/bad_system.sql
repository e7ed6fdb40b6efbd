-- in_transaction: no
REINDEX SYSTEM shop;
