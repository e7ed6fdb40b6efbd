-- opt_in: require-schema-qualified-name
ALTER TABLE orders ADD COLUMN note text;
