UPDATE dbw.ledger SET state = 'done' WHERE request = 'x';
