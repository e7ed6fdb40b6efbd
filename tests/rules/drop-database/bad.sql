-- in_transaction: no
DROP DATABASE shop_archive;
