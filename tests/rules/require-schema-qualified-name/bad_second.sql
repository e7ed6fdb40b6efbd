-- opt_in: require-schema-qualified-name
DROP TABLE app.notes, orders;
