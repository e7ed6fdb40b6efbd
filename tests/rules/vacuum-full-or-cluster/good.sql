-- in_transaction: no
VACUUM orders;
