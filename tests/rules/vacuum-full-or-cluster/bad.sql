-- in_transaction: no
VACUUM FULL orders;
