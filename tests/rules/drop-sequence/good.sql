ALTER SEQUENCE invoice_number RENAME TO invoice_number_retired;
