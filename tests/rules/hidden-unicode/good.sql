UPDATE orders SET note = 'Grüße' WHERE id = 7;
