CREATE TRIGGER touch BEFORE UPDATE ON app."Authors" FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE prices ADD COLUMN note text, ADD COLUMN key uuid DEFAULT gen_random_uuid();
