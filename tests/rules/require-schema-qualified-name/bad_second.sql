DROP TABLE app.notes, orders;
